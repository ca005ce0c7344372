import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from articles.models import Reader
from tests import make
from tests.desk import address, make_staff, sign_in

pytestmark = pytest.mark.django_db
FACTOR = "admin:second_factor"


@pytest.fixture(autouse=True)
def _wanted(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    return f"{totp(device.bin_key, drift=steps):06d}"


def show_code(client: Client, code: str, wish: str = "") -> str:
    """Where it leads to; nothing for a wrong code."""
    answer = client.post(reverse(FACTOR), {"code": code, "next": wish})
    return str(answer.headers.get("Location", ""))


def test_a_password_alone_opens_nothing(editor: Client) -> None:
    wish = address(Reader, "changelist")

    answer = editor.get(wish, follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse(FACTOR))
    assert "Scan this" in answer.content.decode()


def test_the_first_code_sets_the_app_up_and_opens_the_desk(editor: Client) -> None:
    editor.get(reverse(FACTOR))
    device = TOTPDevice.objects.get()

    leads_to = show_code(editor, code_of(device), address(Reader, "changelist"))

    device.refresh_from_db()
    assert device.confirmed
    assert leads_to == address(Reader, "changelist")
    assert editor.get(reverse("admin:index")).status_code == 200


def test_a_secret_is_shown_until_it_is_in_use_and_never_again(editor: Client) -> None:
    editor.get(reverse(FACTOR))
    show_code(editor, code_of(TOTPDevice.objects.get()))

    again = sign_in(Reader.objects.get()).get(reverse(FACTOR)).content.decode()

    assert "Scan this" not in again
    assert "<code>" not in again


@pytest.mark.parametrize("code", ["", "000", "nonsense", "１２３４５６"])
def test_wrong_codes_open_nothing(editor: Client, code: str) -> None:
    editor.get(reverse(FACTOR))

    assert show_code(editor, code) == ""
    assert not TOTPDevice.objects.get().confirmed


def test_a_code_works_once(editor: Client) -> None:
    editor.get(reverse(FACTOR))
    code = code_of(TOTPDevice.objects.get())
    show_code(editor, code)

    assert show_code(sign_in(Reader.objects.get()), code) == ""


def test_guessing_is_slowed_down(editor: Client) -> None:
    editor.get(reverse(FACTOR))
    device = TOTPDevice.objects.get()
    right = code_of(device)
    for guess in ("111111", "222222"):
        show_code(editor, guess if guess != right else "333333")

    assert show_code(editor, right) == ""
    device.refresh_from_db()
    assert device.throttling_failure_count > 0


def test_it_leads_nowhere_else(editor: Client) -> None:
    editor.get(reverse(FACTOR))

    leads_to = show_code(editor, code_of(TOTPDevice.objects.get()), "https://evil.example/")

    assert leads_to == reverse("admin:index")


def test_readers_have_none() -> None:
    client = sign_in(make.reader("reader@example.org"))

    assert client.get(reverse(FACTOR)).headers["Location"] == reverse("admin:login")
    assert not TOTPDevice.objects.exists()


def test_a_laptop_asks_for_none(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False

    assert make_staff("Auditor").get(reverse("admin:index")).status_code == 200
