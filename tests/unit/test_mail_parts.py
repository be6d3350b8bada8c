"""Mails taken apart: charsets, flowed text, versions of a passage, files and their names, mails within mails."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.mime import text_of_html, unflowed
from integrations.parts import Part, parsed


def raw(body: bytes, kind: str = "text/plain", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"Subject: X\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + body


# Charsets.


@pytest.mark.parametrize(
    ("charset", "written", "text"),
    [
        ("utf-8", "Grüße", "Grüße"),
        ("iso-8859-1", "Grüße", "Grüße"),
        ("iso-8859-1", b"it\x92s", "it’s"),
        ("us-ascii", b"it\x92s", "it’s"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("shift_jis", "①".encode("cp932"), "①"),
        ("iso-2022-jp", "こんにちは", "こんにちは"),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
        ("koi8-r", "Привет", "Привет"),
        ("iso-8859-15", "Grüße".encode(), "Grüße"),
        ("", "Grüße".encode(), "Grüße"),
        ("klingon", "Grüße".encode(), "Grüße"),
    ],
)
def test_text_is_read_in_the_charset_that_is_meant(charset: str, written: str | bytes, text: str) -> None:
    body = written if isinstance(written, bytes) else written.encode(charset)
    found = parsed(raw(body, f"text/plain; charset={charset}" if charset else "text/plain"))
    assert found.text == text
    assert found.unreadable == ()


def test_what_cant_be_decoded_is_named_and_still_shown() -> None:
    found = parsed(raw(b"caf\xe9 au lait", "text/plain; charset=klingon"))
    assert found.text == "caf� au lait"
    assert found.unreadable == ("part 0 (text/plain, klingon)",)


# Flowed text.


@pytest.mark.parametrize(
    ("text", "delsp", "read"),
    [
        ("One two \r\nthree.\r\nFour.", False, "One two three.\nFour."),
        ("Eins zwei \r\ndrei", True, "Eins zweidrei"),
        ("> a \r\n> b\r\nc", False, "> a b\nc"),
        (">> deep \r\n> less", False, ">> deep \n> less"),
        (" From here\r\n >not quoted", False, "From here\n>not quoted"),
        ("Bye \r\n-- \r\nAnn", False, "Bye \n-- \nAnn"),
        ("", False, ""),
    ],
)
def test_flowed_text_is_put_together_again(text: str, read: str, *, delsp: bool) -> None:
    assert unflowed(text, delsp=delsp) == read


def test_flowed_text_is_known_by_its_parameter() -> None:
    kind = 'text/plain; charset="utf-8"; format=flowed; delsp=yes'
    assert parsed(raw(b"one \r\ntwo", kind)).text == "onetwo"
    assert parsed(raw(b"one \r\ntwo")).text == "one \r\ntwo"


# Versions, and several passages.


def test_the_plain_version_is_read_and_the_formatted_one_kept() -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("Plain.")
    mail.add_alternative("<p>Rich</p>", subtype="html")
    mail.add_attachment(b"x", "text", "plain", filename="notes.txt")
    found = parsed(mail.as_bytes())
    assert (found.text.strip(), found.html.strip()) == ("Plain.", "<p>Rich</p>")
    assert [(a.name, a.size, a.kind) for a in found.attachments] == [("notes.txt", 1, "text/plain")]


def test_an_empty_plain_version_doesnt_hide_the_other() -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("  \n")
    mail.add_alternative("<p>Rich</p>", subtype="html")
    assert parsed(mail.as_bytes()).text == "Rich"


def test_a_footer_of_a_list_doesnt_hide_the_words_before_it() -> None:
    rich = Part("text/html", b"<b>Hello</b>")
    whole = Part("multipart/mixed", parts=(rich, Part("text/plain", b"Sent to the list <all>")))
    assert whole.text == "Hello\nSent to the list <all>"
    assert whole.html == "<b>Hello</b>\n<pre>Sent to the list &lt;all&gt;</pre>"


def test_quotes_and_signatures_of_html_become_those_of_plain_text() -> None:
    markup = (
        "<p>Yes.</p><div class='gmail_signature'>Ann</div>"
        "<div class='gmail_quote'>On Monday Dana wrote:<blockquote>Shall we?<blockquote>Older</blockquote></blockquote>"
    )
    assert text_of_html(markup) == "Yes.\n\n-- \nAnn\nOn Monday Dana wrote:\n> Shall we?\n> > Older"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<table><tr><td>Tea</td><td>4.20</td></tr><tr><th>Sum</th><td>4.20</td></tr></table>", "Tea 4.20\nSum 4.20"),
        ("Agenda:<p>Budget</p>then<ul><li>one</li><li>two</li></ul>", "Agenda:\nBudget\nthen\none\ntwo"),
        ("<b>Agenda:</b><!-- now --><section>Budget</section>", "Agenda:\nBudget"),
        ("<div>a</div><div>b</div><div><p>c</p></div>", "a\nb\nc"),
        ("a<br>b<hr>c", "a\nb\nc"),
        (
            "<html><head><title>x</title><style>p {}</style><body><p>a head that nobody closed",
            "a head that nobody closed",
        ),
    ],
)
def test_words_that_stand_apart_on_the_page_stay_apart_in_its_text(markup: str, text: str) -> None:
    assert text_of_html(markup) == text


def test_a_mail_within_the_mail_is_read_and_is_a_file() -> None:
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "Plän"
    inner.set_content("Inside.")
    mail = EmailMessage(policy=SMTP)
    mail.set_content("See below.")
    mail.add_attachment(inner)
    found = parsed(mail.as_bytes())
    assert found.text.split("\n")[0].strip() == "See below."
    assert "Attached mail “Plän”:\nInside." in found.text
    assert [a.name for a in found.attachments] == ["Plän.eml"]
    (nested,) = [part for part in found.leaves() if part.kind == "message/rfc822"]
    assert b"Inside." in nested.content


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/alternative; boundary=b", "text", ""])
def test_a_mail_that_isnt_what_it_says_is_text(kind: str) -> None:
    assert parsed(raw(b"Hello.", kind)).text.strip() == "Hello."


# Names of files.


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="plan.pdf"', "plan.pdf"),
        ("attachment; filename*=UTF-8''Pl%C3%A4n.pdf", "Plän.pdf"),
        ("attachment; filename*0*=UTF-8''Pl%C3%A4; filename*1=n.pdf", "Plän.pdf"),
        ('attachment; filename="=?utf-8?q?Pl=C3=A4n?= 7.pdf"', "Plän 7.pdf"),
        ('attachment; filename="Plän.pdf"', "Plän.pdf"),
        ("attachment", "unnamed.pdf"),
    ],
)
def test_files_are_named_however_their_name_is_written(disposition: str, name: str) -> None:
    (file,) = parsed(raw(b"%PDF", "application/pdf", Content_Disposition=disposition)).attachments
    assert (file.name, file.size) == (name, 4)


@given(st.binary(max_size=500))
def test_any_bytes_are_taken_apart(content: bytes) -> None:
    found = parsed(content)
    assert isinstance(found.text, str)
    assert isinstance(found.html, str)
    assert all(a.name for a in found.attachments)


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=30)
BODIES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)


@given(text=BODIES, files=st.lists(st.tuples(NAMES, st.binary(max_size=80)), max_size=3))
def test_what_was_written_is_read(text: str, files: list[tuple[str, bytes]]) -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(text)
    for name, content in files:
        mail.add_attachment(content, "application", "x-any", filename=f"{name}.bin")
    found = parsed(mail.as_bytes())
    assert found.text.split() == text.split()
    read = [(part.name, part.content) for part in found.leaves() if part.kind == "application/x-any"]
    assert read == [(f"{name}.bin", content) for name, content in files]
