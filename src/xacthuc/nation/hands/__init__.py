"""The hands of clerks, each a frozen description of habits: `catalogue` lists them, `composing` makes new ones."""
