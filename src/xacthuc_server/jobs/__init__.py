"""Work that goes on when nobody waits: reading lists, asking the register, deadlines, seals."""
