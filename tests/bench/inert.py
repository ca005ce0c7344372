"""Whether HTML can do anything, as an HTML5 parser sees it."""

from selectolax.lexbor import LexborHTMLParser

DEAD = {
    *("html", "head", "body", "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del"),
    *("dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img", "ins", "li"),
    *("ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup", "table", "tbody", "td", "th"),
    *("thead", "tr", "u", "ul", "-text"),
}
QUIET = {"href", "src", "alt", "title", "rel", "width", "height"}
SCHEMES = ("http:", "https:", "mailto:")


def find_live(html: str) -> str:
    """The first thing that is not inert; "" where all is."""
    for node in LexborHTMLParser(html).root.traverse(include_text=False):
        if node.tag not in DEAD:
            return f"<{node.tag}>"
        for name, value in node.attributes.items():
            if name not in QUIET:
                return f"{node.tag}[{name}]"
            address = "".join((value or "").split()).lower()
            if name in {"href", "src"} and ":" in address and not address.startswith(SCHEMES):
                return f"{node.tag}[{name}={value}]"
    return ""
