"""Every setting: typed, frozen, read once at start. Sections are grouped by what they are about; `load` reads them."""
