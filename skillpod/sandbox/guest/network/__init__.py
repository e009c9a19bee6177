"""What a guest with a grant of the network has in place of the kernel's sockets; loaded in zygotes of such guests only."""
