"""A page as a person without JavaScript meets it: heading, words, links and forms."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_OF_TEXT = frozenset({"script", "style", "title"})


@dataclass
class Button:
    text: str = ""
    name: str = ""
    value: str = ""
    action: str | None = None

    @property
    def says(self) -> str:
        return " ".join(self.text.split())

    def answers_to(self, name: str) -> bool:
        """Its label, or `name=value` where the language does not matter."""
        return name in (self.says, f"{self.name}={self.value}")


@dataclass
class Form:
    """`fields` holds what would be sent if nothing were touched: unticked boxes are not in it."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def button(self, text: str) -> Button:
        found = [button for button in self.buttons if button.answers_to(text)]
        assert len(found) == 1, f"no button says {text!r}: {[button.says for button in self.buttons]}"
        return found[0]


class Reader(HTMLParser):
    """Reads one document; what it found stands in its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.heading = ""
        self.title = ""
        self.language = ""
        self.words: list[str] = []
        self.invalid: set[str] = set()
        self._open: list[str] = []
        self._button: Button | None = None
        self._link: str | None = None
        self._area: str | None = None
        self._select: str | None = None
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self._open.append(tag)
        if found.get("aria-invalid") == "true":
            self.invalid.add(found.get("name", ""))
        reader = getattr(self, f"_start_{tag}", None)
        if reader is not None:
            reader(found)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "button":
            self._button = None
        if tag == "a":
            self._link = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button.text += data
        if self._link is not None:
            self.links[data.strip() or self._link] = self._link
        if self._area is not None:
            self.forms[-1].fields[self._area] += data
        if "h1" in self._open:
            self.heading = f"{self.heading} {data}".strip()
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if not VOID_OF_TEXT & set(self._open):
            self.words.append(data)

    def _start_html(self, found: dict[str, str]) -> None:
        self.language = found.get("lang", "")

    def _start_a(self, found: dict[str, str]) -> None:
        self._link = found.get("href")

    def _start_form(self, found: dict[str, str]) -> None:
        self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))

    def _start_input(self, found: dict[str, str]) -> None:
        if not self.forms or not found.get("name"):
            return
        form, name, kind = self.forms[-1], found["name"], found.get("type", "text")
        form.names.add(name)
        if kind in ("checkbox", "radio"):
            form.boxes.setdefault(name, []).append(found.get("value", "on"))
            if "checked" not in found:
                return
        form.fields[name] = found.get("value", "on" if kind in ("checkbox", "radio") else "")

    def _start_select(self, found: dict[str, str]) -> None:
        if self.forms and found.get("name"):
            self._select = found["name"]
            self.forms[-1].names.add(self._select)

    def _start_option(self, found: dict[str, str]) -> None:
        """The one that is selected, else the first."""
        if self.forms and self._select and ("selected" in found or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = found.get("value", "")

    def _start_textarea(self, found: dict[str, str]) -> None:
        self._area = found.get("name", "")
        self.forms[-1].names.add(self._area)
        self.forms[-1].fields[self._area] = ""

    def _start_button(self, found: dict[str, str]) -> None:
        if self.forms and "form" in self._open and found.get("type", "submit") == "submit":
            self._button = Button(name=found.get("name", ""), value=found.get("value", ""))
            self._button.action = found.get("formaction")
            self.forms[-1].buttons.append(self._button)
