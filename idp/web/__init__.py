"""What all doors share: cookies, forms, languages, pages, headers, errors, the one commit of a request. It knows
requests and answers, and no door.
"""
