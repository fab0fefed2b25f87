"""Facts and topics of notifications."""

GIVEN = "notifications.given"
"""A notification was given to somebody: how it is delivered is planned now. ``{"id"}``"""

ASKED = "notifications.asked"
"""Somebody else is to be notified, whose rows the asking transaction may not write."""

DELIVERIES_TOPIC = "deliveries"
"""On the bus: there is something to deliver."""

CHANGED = "notifications.changed"
"""On a user's feed: ``{"reason": "told" | "seen" | "read" | "settled", "id"?}``; what there is, REST says."""
