"""Values that broke somebody's server once: as text, which is encoded as it should be, and as octets, which are not."""

from typing import Final

CANARY: Final = b"<portico-canary"
"""Must never stand in a page as it is."""

SUM: Final = b"{{83*97*1009*7919}}"
NONE_ALG: Final = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."

ALWAYS: Final = (
    *("o'hara@example.org", "", "\0", "\r\nSet-Cookie: portico_session=x", "'", "\u202ex", "https://evil.example/"),
    *(SUM.decode(), f"\"'>{CANARY.decode()} onload=x>"),
)
"""For every field."""

TEXTS: Final = (
    *(" ", "x\0y", "\x01", "\n", "\x7f", "\x85", "\u2028", "\u200b", "\ufeff", "\ufffd", "\ufdd0", "\U0010ffff"),
    *("\u0130", "\u00df" * 64, "e\u0301", '"', "\\", "' OR '1'='1", "'; DROP TABLE users; --", "%", "%s%(n)s"),
    *("{0.__class__}", f"</title></script>{CANARY.decode()}", "javascript:alert(1)//", "//evil.example"),
    *("/\\evil.example", "\\\\evil.example", "https://photobox.example/callback@evil.example"),
    *("../../etc/passwd", "-1", "0", "1e400", "9" * 40, "\u0663", "NaN", "true", "null", "[]", "{}", "a,b", "a b c"),
    *('{"id_token":null}', '{"userinfo":{"email":7}}', '{"id_token":{"sub":{"value":["\\u0000","\\ud800"]}}}'),
    *("[" * 500, '{"a":' * 300 + "1" + "}" * 300, "x" * 257, "\U0001f600" * 400, "x" * 9000),
    *("login none", "none", "create", "ey.ey.ey", NONE_ALG, "..", "a.b.c.d.e", "=", "AAAA" * 20),
)
"""Each field of a door gets every fifth of them, its neighbours the others."""

OCTETS: Final = (
    *(b"%", b"%z", b"%0", b"%zz", b"%u0041", b"%00", b"%ff", b"%c3%28", b"%ed%a0%80", b"%f4%90%80%80", b"%c0%af"),
    *(b"\xff\xfe", b"\xc3", b"\x00", b"\x0a", b"\x80", b";", b"a=b", b"+%2b", b"%0d%0aX: y", b"<", b"#", b"\\"),
)
JWT_HEADERS: Final = (
    *('{"alg":"none"}', '{"alg":"HS256"}', '{"alg":"HS256","kid":""}', '{"alg":"RS256"}', '{"alg":"RS256","kid":null}'),
    *('{"alg":["RS256"]}', '{"alg":"RS256","crit":["exp"],"exp":1}', '{"alg":"RS256","b64":false,"crit":["b64"]}'),
    *(
        '{"alg":"RS256","jku":"https://evil.example/jwks"}',
        '{"alg":"RS256","kid":"../../dev/null"}',
        '{"alg":"ES256K"}',
    ),
    *('{"alg":"RSA1_5","enc":"A128GCM","zip":"DEF"}', '{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":""}}'),
    *("null", "[]", "{}", "7", '"x"', "{", '{"alg":"RS256","alg":"none"}', '{"alg":"RS256","typ":{}}', "\ud800", "\0"),
    *('{"alg":' + "[" * 2000 + "]" * 2000 + "}", '{"alg":1e999}', '{"alg":"RS256","kid":"' + "x" * 5000 + '"}'),
)
"""First parts of JWTs; lone surrogates become what is no UTF-8."""

HEADERS: Final[tuple[tuple[str, bytes], ...]] = (
    *(("Content-Type", text) for text in (b"", b"text/plain", b"application/json", b"multipart/form-data; boundary=x")),
    ("Content-Type", b"multipart/form-data"),
    ("Content-Type", b"application/x-www-form-urlencoded; charset=utf-7"),
    ("Content-Type", b"APPLICATION/X-WWW-FORM-URLENCODED;;;="),
    ("Content-Type", b"application/x-www-form-urlencoded, text/html"),
    ("Content-Type", b"\xff/\x00"),
    *(("Content-Length", text) for text in (b"", b"0", b"-1", b"+3", b"1e3", b"999999999999", b"3, 3", b"\xb2")),
    ("Transfer-Encoding", b"chunked"),
    ("Transfer-Encoding", b"gzip, chunked, identity"),
    ("Content-Encoding", b"gzip"),
    ("Expect", b"100-continue"),
    *(("Host", text) for text in (b"", b"evil.example", b"a,b", b"localhost:99999", b"[::1", b"127.0.0.1:8000:1")),
    *(
        ("Origin", text)
        for text in (b"null", b"", b"https://evil.example", b"http://127.0.0.1:8000.evil.example", b"\xff")
    ),
    *(("Referer", text) for text in (b"https://evil.example/", b"\xff\x00")),
    *(("Sec-Fetch-Site", text) for text in (b"cross-site", b"none", b"\xff")),
    *(
        ("Accept", text)
        for text in (b"application/json", b"*/*;q=nan", b";;;,,,=q", b"\xff", b"text/html;q=-1,json" * 200)
    ),
    *(
        ("Accept-Language", text)
        for text in (b"*", b"de;q=2", b"xx-" * 3000, b"\xff;q=1e400", b"en;q=0.9;q=x", b",,,;")
    ),
    *(("Accept-Encoding", text) for text in (b"identity;q=0", b"*;q=0")),
    *(("If-None-Match", text) for text in (b"*", b'W/"', b'"\xff"')),
    ("If-Modified-Since", b"Sat, 99 Foo 99999 99:99:99 GMT"),
    ("Range", b"bytes=-0,9999999999999999999999-"),
    *(("User-Agent", text) for text in (b"", b"\xff" * 3000, CANARY + b">", SUM, b"\x00", b"Firefox/ Linux")),
    *(("X-Forwarded-For", text) for text in (b"203.0.113.9", b"\xff", b"'", b",,,,")),
    *(("X-Forwarded-Host", text) for text in (b"evil.example", b"\xff")),
    *(("Forwarded", text) for text in (b"for=_hidden;host=evil.example;proto=gopher", b'"')),
    ("X-Forwarded-Prefix", b"//evil.example"),
    ("X-HTTP-Method-Override", b"DELETE"),
    ("X-Original-URL", b"/account/password"),
    ("X-Request-ID", b"x" * 5000),
    ("Access-Control-Request-Method", b"\xff"),
    ("Access-Control-Request-Headers", b"x" * 2000),
    ("Upgrade", b"websocket"),
    ("Connection", b"close, x-request-id"),
    ("Cookie", b""),
    ("Cookie", b"=;=;;;=x; \xff=\xff; \x00"),
    ("Cookie", b"portico_session=" + b"A" * 43 + b"; portico_session=" + b"B" * 43),
    ("Cookie", b"portico_session=\xff\xfe\x00; portico_browser='; portico_accounts=%00; portico_language=.."),
    ("Cookie", b'portico_session="\\377\\000\\"; portico_browser="\\303\\050"; portico_accounts="\\000"'),
    ("Cookie", b"portico_language=de.' OR 1; portico_accounts=eyJhbGciOiJub25lIn0; portico_browser=" + b"x" * 6000),
    ("Cookie", b"__Host-portico_session=x; portico_browser=" + b"%41" * 43),
    ("Cookie", b"$Version=1; $Path=/; portico_language=de_DE@evil;" * 50),
    *(
        ("Authorization", text)
        for text in (b"", b"Basic", b"Basic ", b"Basic %", b"Basic =", b"Basic Og==", b"Basic Og")
    ),
    ("Authorization", b"Basic " + b"A" * 8000),
    ("Authorization", b"Basic AHg6AHg="),
    ("Authorization", b"Basic //86/w=="),
    ("Authorization", b"Basic JTAwOiUwMA=="),
    ("Authorization", b"Basic JWZmOiVmZg=="),
    ("Authorization", b"Basic J09SJzE6JyBPUiAnMSc9JzE="),
    ("Authorization", b"Basic c2hvcC11bmRlci1mdXp6OiUwMA=="),
    *(
        ("Authorization", text)
        for text in (b"Bearer", b"Bearer ", b"Bearer a b", b"Bearer \xff", b"bearer .", b"Bearer ey..")
    ),
    ("Authorization", b"Bearer " + NONE_ALG.encode()),
    ("Authorization", b"Bearer " + b"A" * 8000),
    ("Authorization", b"Digest username=x, response=\xff"),
    ("Authorization", b"DPoP x"),
    ("Authorization", b"Negotiate \x00"),
)
METHODS: Final = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "PROPFIND", "X" * 300, "GET ")
BODIES: Final = (
    *(b"", b"\x00", b"\xff" * 100, b"&" * 3000, b"=" * 3000, b"a=" * 200, b"&".join(b"f%d=x" % n for n in range(70))),
    *(
        b"x" * 9000,
        b"%" * 9000,
        b"x" * 65_537,
        b"{}",
        b"[" * 5000,
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///dev/null'>]>",
    ),
    *(b'--x\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\n\xff\r\n--x--\r\n', b"\x1f\x8b\x08"),
    *(b"csrf_token=%00&csrf_token=x", b"csrf_token[]=x", b"csrf_token=%ff&for=%00&email=%00"),
)
PATHS: Final = (
    *(b"", b"//evil.example", b"///evil.example/..", b"/\\evil.example", b"/%2f%2fevil.example", b"/./../signin", b"*"),
    *(
        b"http://evil.example/signin",
        b"/signin/",
        b"/SIGNIN",
        b"/signin\x00",
        b"/signin;x=y",
        b"/signin\xff",
        b"/\xc3\x28",
    ),
    *(
        b"/authorize/",
        b"/authorize/\x00",
        b"/authorize/\xff\xfe",
        b"/authorize/" + b"x" * 5000,
        b"/authorize/'",
        b"/static/",
    ),
    *(b"/static/../app.py", b"/static/..%2fapp.py", b"/static/ui.css\x00", b"/dev/mail/\x00", b"/dev/mail/x/html"),
    *(b"/.well-known/openid-configuration\x00", b"/.well-known/../signin", b"/" + b"a/" * 2000, b"/" + SUM),
    *(b"/" + CANARY + b">", b"/healthz/ready/x", b"/console", b"/.git/config", b"/config.toml", b"/.env", b"/debug"),
)
