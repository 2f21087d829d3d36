"""The moments at which a request can be the server's last, and the header that names one."""

KILL = "X-Campaign-Kill"
MOMENTS = ("parse", "in_transaction", "before_commit", "after_commit", "before_reply", "after_reply")
