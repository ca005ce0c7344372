import pytest

from notifications.addresses import BadAddressError, check_address, is_loopback, ports_of
from tests.notifications.webpush.test_encryption import AUTH, POINT

KEYS = f"{POINT}.{AUTH}"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/fP1:APA91b-_x",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA_-=",
        "https://eu.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d%3d",
        "https://web.push.apple.com:443/QGuQyavXutnMB",
        "https://Web.Push.Apple.Com/QGuQyavXutnMB",
    ],
)
def test_the_push_services_of_browsers_are_known(endpoint: str) -> None:
    check_address("web_push", endpoint, KEYS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/fcm/send/x",
        "http://fcm.googleapis.com/fcm/send/x",
        "ftp://fcm.googleapis.com/fcm/send/x",
        "https://evil.example/fcm.googleapis.com/",
        "https://evil.example/?https://fcm.googleapis.com",
        "https://evil.example#.push.apple.com",
        "https://evil.example\\.push.apple.com/",
        "https://fcm.googleapis.com.evil.example/",
        "https://evilfcm.googleapis.com/",
        "https://notfcm.googleapis.com@evil.example/",
        "https://fcm.googleapis.com@evil.example/",
        "https://user:pass@fcm.googleapis.com/",
        "https://fcm.googleapis.com:8443/",
        "https://fcm.googleapis.com:/",
        "https://fcm.googleapis.com./",
        "https://fcm.goo\tgleapis.com/",
        "https://fcm.googleapis.com/\n",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/ü",
        "https://push.apple.com.evil.example/",
        "https://.push.apple.com/",
        "https://a..push.apple.com/",
        f"https://{'a' * 64}.push.apple.com/",
        "https://evilpush.apple.com/",
        "https://127.0.0.1/push",
        "https://[::1]/push",
        "https://[::1/push",
        "https:///push",
        "https://fcm.googleapis.com/" + "a" * 2000,
    ],
)
def test_a_url_that_only_looks_like_a_push_service_is_refused(endpoint: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        check_address("web_push", endpoint, KEYS)

    assert caught.value.field == "address"


HOSTS = frozenset(
    {"push.example", "push.example:8443", "127.0.0.1:9098", "[::1]:9098", "localhost"}
)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.example/p/1",
        "https://push.example:8443/p/1",
        "http://127.0.0.1:9098/p/1",
        "https://127.0.0.1:9098/p/1",
        "http://[::1]:9098/p/1",
    ],
)
def test_a_named_push_service_is_taken_and_one_on_this_machine_without_tls(endpoint: str) -> None:
    check_address("web_push", endpoint, KEYS, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example:8443/p/1",
        "https://push.example:9443/p/1",
        "http://localhost/p/1",
        "http://127.0.0.1:9099/p/1",
        "http://127.0.0.1/p/1",
    ],
)
def test_a_name_holds_for_its_port_and_plain_http_for_this_machine_alone(endpoint: str) -> None:
    with pytest.raises(BadAddressError):
        check_address("web_push", endpoint, KEYS, HOSTS)


@pytest.mark.parametrize("kind", ["fcm_token", "fcm_fid"])
def test_an_fcm_address_is_of_its_letters_and_has_no_keys(kind: str) -> None:
    check_address(kind, "fP1:APA91b-_x0123", "")

    for address, keys, field in (
        ("short", "", "address"),
        ('x"},{"token":"y', "", "address"),
        ("address-0123456789\n", "", "address"),
        ("address-0123456789", KEYS, "address_keys"),
    ):
        with pytest.raises(BadAddressError) as caught:
            check_address(kind, address, keys)
        assert caught.value.field == field


@pytest.mark.parametrize("keys", ["", "abc", f"{POINT}.short"])
def test_a_subscription_without_good_keys_is_refused(keys: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        check_address("web_push", "https://fcm.googleapis.com/fcm/send/x", keys)

    assert caught.value.field == "address_keys"


def test_what_named_hosts_say_about_ports_and_this_machine() -> None:
    assert ports_of(HOSTS) == {8443, 9098}
    assert {host for host in HOSTS if is_loopback(host)} == HOSTS - {
        "push.example",
        "push.example:8443",
    }
