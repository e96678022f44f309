"""Make idp/accounts/common_passwords.txt.gz from the lists two permissively licensed packages ship.

    pip download --no-deps zxcvbn==4.5.0 django==5.2
    python scripts/common_passwords.py zxcvbn-4.5.0-*.whl Django-5.2-*.whl

The same wheels give the same bytes. Run by hand when the list should be renewed; never at build or run time.
"""

import ast
import gzip
import sys
import unicodedata
import zipfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "idp/accounts/common_passwords.txt.gz"
SHORTEST = 4
# Words of languages those lists hold little of, chosen by us.
OURS = (
    "bienvenue bienvenido contraseña contrasena kennwort lösenord losenord passwort passwort1 portico "
    "schalke04 schatzi senha senha123 wachtwoord willkommen willkommen1 zaq12wsx qwertz123 qwertzuiop hasło hallo1234 "
    "geheim123 1qaz2wsx3edc qazwsxedc sonnenschein fußball fussball bundesliga deutschland schokolade computer123 "
)


def from_zxcvbn(wheel: Path) -> set[str]:
    source = zipfile.ZipFile(wheel).read("zxcvbn/frequency_lists.py").decode()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict) and isinstance(node.keys[0], ast.Constant) and node.keys[0].value == "passwords":
            return set(ast.literal_eval(node.values[0].func.value).split(","))  # type: ignore[attr-defined]
    raise SystemExit(f"{wheel} holds no frequency lists")


def from_django(wheel: Path) -> set[str]:
    packed = zipfile.ZipFile(wheel).read("django/contrib/auth/common-passwords.txt.gz")
    return set(gzip.decompress(packed).decode().split())


def is_useful(word: str) -> bool:
    """Short ones can never be a whole password or its core; broken encodings are no words."""
    return len(word) >= SHORTEST and word.isprintable() and "пїѕ" not in word and "\ufffd" not in word


def main() -> None:
    zxcvbn, django = (Path(argument) for argument in sys.argv[1:3])
    words = from_zxcvbn(zxcvbn) | from_django(django) | set(OURS.split())
    folded = {unicodedata.normalize("NFKC", word).casefold() for word in words}
    lines = "\n".join(["", *sorted(filter(is_useful, folded)), ""])
    TARGET.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    print(f"{lines.count(chr(10)) - 1} passwords, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
