"""What is known of a person, as OpenID Connect Core §5.1 names it."""

import json

from idp.store.grants import Person


def of_person(person: Person) -> dict[str, object]:
    """Every standard claim of this person that has a value. An e-mail address in the store is a proved one; a
    phone number is one when the operator said so (`phone_number_verified`).
    """
    claims: dict[str, object] = json.loads(person.profile)
    claims["locale"] = person.locale
    claims["updated_at"] = person.updated_at
    if claims.get("phone_number"):
        claims.setdefault("phone_number_verified", False)
    if person.email is not None:
        claims |= {"email": person.email, "email_verified": True}
    return claims
