"""Names of what channels queue, record and tell."""

CHECK_KIND = "channels.check"  # the job that asks the provider whether the settings are good
HANDLE_KIND = (
    "channels.handle"  # the job that acts on what the bound person has sent, to the end of the answer
)
SEND_KIND = "channels.send"  # the job that hands a message to the provider
MESSAGE_RECEIVED = "channels.message_received"  # a fact: the bound person has said something to the assistant
CHANGED = "channel.changed"  # of the user's feed: `channelId`
POLL_TOPIC = "channels-poll"  # what is to be polled has changed
