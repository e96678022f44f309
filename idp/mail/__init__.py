"""Mails: what they say (messages, layout), how they wait (outbox), how they leave (delivery, smtp). The only room that
speaks SMTP. A mail is promised by the commit that wrote it to the outbox and leaves afterwards, sent by whichever node
comes first; nothing here keeps a mail in memory, in clear at rest, or with a link to any host but the issuer's."""
