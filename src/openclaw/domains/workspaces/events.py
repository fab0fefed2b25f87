"""Facts about membership, for higher slices."""

MEMBER_INVITED = "workspaces.member_invited"
MEMBER_JOINED = "workspaces.member_joined"
MEMBER_CHANGED = "workspaces.member_changed"
MEMBER_REMOVED = "workspaces.member_removed"

# On the bus: what a user has open in a workspace closes when their role in it changes or ends.
MEMBERSHIP_CHANGED_TOPIC = "members.changed"
