"""Whether a page fits: nothing sticks out, no number is torn, nothing lies on what people use."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.extent import LARGE, NARROW, WIDE

# A control is hit at the middle of its first line; a label may take the click for what it names.
_COVERED = """() => {
    const controls = "a[href], button, input, select, textarea, summary"
    const name = one => one.outerHTML.slice(0, 120)
    const found = []
    for (const one of document.querySelectorAll(`main :is(${controls})`)) {
        const is_seen = one.checkVisibility({visibilityProperty: true})
        if (!is_seen || one.closest(".vh, .trap")) continue
        one.scrollIntoView({block: "center", behavior: "instant"})
        const box = one.getClientRects()[0]
        if (!box || box.width < 2 || box.height < 2) continue
        const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
        const own = [one, ...one.labels ?? []]
        if (hit && !own.some(part => part.contains(hit))) found.push(`${name(one)} by ${name(hit)}`)
    }
    scrollTo(0, 0)
    return found
}"""

# Words may be broken in very narrow columns; a number in two pieces is another number.
_TORN = r"""() => {
    const found = []
    for (const cell of document.querySelectorAll("main :is(td, th)")) {
        const head = cell.closest("thead")?.getBoundingClientRect()
        if (!cell.checkVisibility() || head?.height <= 1) continue
        const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
        while (walk.nextNode()) {
            const node = walk.currentNode
            if (node.parentElement.closest(".vh, svg")) continue
            for (const number of node.data.matchAll(/[\p{Nd}][\p{Nd}.,٫٬]*/gu)) {
                const range = document.createRange()
                range.setStart(node, number.index)
                range.setEnd(node, number.index + number[0].length)
                const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)))
                if (lines.size > 1) found.push(number[0])
            }
        }
    }
    return found
}"""


def fits(page: Page) -> list[str]:
    """What does not: as the page comes, with all folds open, with large text, and wide."""
    found = _misfits(page)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    found += [f"{problem} with open folds" for problem in _misfits(page)]
    page.evaluate("size => document.documentElement.style.fontSize = `${size * 100}%`", LARGE)
    found += [f"{problem} with large text" for problem in _misfits(page)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(WIDE)
    found += [f"{problem} when wide" for problem in _misfits(page)]
    page.set_viewport_size(NARROW)
    return found


def _misfits(page: Page) -> list[str]:
    """By how much it sticks out, numbers in pieces, and what would be hit instead of a control."""
    pixels = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    covered: list[str] = page.evaluate(_COVERED)
    torn: list[str] = page.evaluate(_TORN)
    sideways = [f"overflow of {pixels} px"] if pixels else []
    pieces = [f"torn numbers: {', '.join(torn[:5])}"] if torn else []
    return [*sideways, *pieces, *(f"covered: {one}" for one in covered)]
