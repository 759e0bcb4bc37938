"""Start the node as a process of its own: `python -m xacthuc_register --data DIR`."""

from xacthuc_register.commands import main

main()
