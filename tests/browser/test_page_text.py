"""How mrkdwn and Markdown become elements: every rule with the markup it must, or must not, make."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

MRKDWN = [
    ("*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"),
    ("*a _b_ c*", "<strong>a <em>b</em> c</strong>"),
    ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
    ("* not bold* and *not\nbold*", "* not bold* and *not<br>bold*"),
    ("*a <https://x.example|b*c> d*", '<strong>a <a href="https://x.example/">b*c</a> d</strong>'),
    ("a &lt;b&gt; &amp;amp; &quot;", "a &lt;b&gt; &amp;amp; &amp;quot;"),
    ("`*raw* &lt;i&gt;`", "<code>*raw* &lt;i&gt;</code>"),
    ("```\nlet *x* = 1 &lt; 2\n```after", "<pre>let *x* = 1 &lt; 2</pre>after"),
    ("one\n> two\n> three\nfour", "one<blockquote>two<br>three</blockquote>four"),
    ("&gt;&gt;&gt;all\nof it", "<blockquote>all<br>of it</blockquote>"),
    ("<https://x.example/?a=1&amp;b=2|see>", '<a href="https://x.example/?a=1&amp;b=2">see</a>'),
    ("<mailto:a@b.example|a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
    ("<javascript:alert(1)|see>", "<span>see</span>"),
    ("<JaVaScRiPt:alert(1)>", "<span>JaVaScRiPt:alert(1)</span>"),
    ("<data:text/html,x|y> <vbscript:x|z>", "<span>y</span> <span>z</span>"),
    ("<script>alert(1)</script>", "<span>script</span>alert(1)<span>/script</span>"),
    ("<!here> <!subteam^S1|@team>", "<span>@here</span> <span>@team</span>"),
    (":tada: :no_such_emoji: 10:30:15", "<span>🎉</span> :no_such_emoji: 10:30:15"),
    ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
]
MARKDOWN = [
    ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
    (
        "<b>raw</b> & <img src=x onerror=alert(1)>",
        "<p>&lt;b&gt;raw&lt;/b&gt; &amp; &lt;img src=x onerror=alert(1)&gt;</p>",
    ),
    ("[a](https://x.example) [b](javascript:alert(1))", '<p><a href="https://x.example/">a</a> <span>b</span></p>'),
    ("![alt](https://x.example/p.png)", "<p><span>alt</span></p>"),
    ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
    ("2. a\n3. b", '<ol start="2"><li>a</li><li>b</li></ol>'),
    ("> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"),
    ("a_b_c \\*no\\*", "<p>a_b_c *no*</p>"),
    ("```\n**x** <y>\n```", "<pre>**x** &lt;y&gt;</pre>"),
]
# Attributes that only serve looks and safety are left out of the comparison.
SHOWN = """async ([module, name, text]) => {
    const made = (await import(`/static/js/${module}.js`))[name](text);
    const holder = document.createElement("div");
    holder.append(...(Array.isArray(made) ? made : made.childNodes));
    for (const node of holder.querySelectorAll("*"))
        for (const { name } of [...node.attributes]) if (!["href", "start"].includes(name)) node.removeAttribute(name);
    return holder.innerHTML;
}"""


async def test_mrkdwn(page: Page) -> None:
    made = [await page.evaluate(SHOWN, ["mrkdwn", "mrkdwn", text]) for text, _ in MRKDWN]
    assert made == [wanted for _, wanted in MRKDWN]


async def test_markdown(page: Page) -> None:
    made = [await page.evaluate(SHOWN, ["markdown", "markdown", text]) for text, _ in MARKDOWN]
    assert made == [wanted for _, wanted in MARKDOWN]


HOSTILE = ["*a " * 13000, "_" * 40000, "<" * 40000, "`a" * 20000, "> " * 20000, "*_~" * 13000]
LENGTH = """async (texts) => {
    const { mrkdwn } = await import("/static/js/mrkdwn.js");
    return texts.map((text) => {
        const holder = document.createElement("div");
        holder.append(...mrkdwn(text));
        return holder.textContent.length;
    });
}"""


async def test_hostile_mrkdwn_is_read_in_one_go(page: Page) -> None:
    """A parser that costs the square of its text would run into the test's timeout here."""
    lengths = await page.evaluate(LENGTH, HOSTILE)
    quote_mark, markup_free = 4, [0, 1, 2]
    assert [lengths[index] for index in markup_free] == [len(HOSTILE[index]) for index in markup_free]
    assert lengths[quote_mark] == len(HOSTILE[quote_mark]) - len("> ")


async def test_rich_text_lists_nest(page: Page, stage: Stage) -> None:
    def item(text: str) -> dict[str, object]:
        return {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}

    def listed(text: str, indent: int) -> dict[str, object]:
        return {"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": [item(text)]}

    block = {"type": "rich_text", "elements": [listed("a", 0), listed("b", 1), listed("c", 0)]}
    await stage.post("ada", text="list", blocks=[json.loads(json.dumps(block))])
    message = page.locator(".main .message")
    await expect(message.locator(".rich > ul")).to_have_count(2)
    await expect(message.locator(".rich > ul > li > ul > li strong")).to_have_text("b")
