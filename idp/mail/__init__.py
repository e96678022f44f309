"""Mails: what they say (messages, layout), how they wait (outbox), and how they leave (delivery, smtp).

The only room that speaks SMTP. A mail is promised by the commit that wrote it to the outbox and leaves
afterwards, sent by whichever node comes first; nothing here keeps a mail in memory. A mail holds links and
codes, so it is sealed wherever it waits, and it never names a host but the issuer's.
"""
