// "Allow notifications": this browser becomes a device. It is offered to who follows a tag, and is
// taken back by the browser's own settings or on the page of settings.

const place = document.querySelector(".allow");
const canPush = "PushManager" in window && "Notification" in window && "serviceWorker" in navigator;

function decode(key) {
    const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function encode(bytes) {
    const text = String.fromCharCode(...new Uint8Array(bytes));
    return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function deviceId() {
    const id = localStorage.getItem("device") ?? crypto.randomUUID();
    localStorage.setItem("device", id);
    return id;
}

async function subscribe(key) {
    const registration = await navigator.serviceWorker.ready;
    const old = await registration.pushManager.getSubscription();
    if (old && encode(old.options.applicationServerKey) !== key) {
        await old.unsubscribe(); // of a key that the server has no more
    }
    return registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: decode(key),
    });
}

async function register(subscription) {
    await fetch(place.dataset.begin, { method: "POST" });
    const answer = await fetch(`/api/v1/devices/${deviceId()}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            platform: "web",
            app_version: "",
            locale: document.documentElement.lang,
            zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            address_kind: "web_push",
            address: subscription.endpoint,
            address_keys: `${encode(subscription.getKey("p256dh"))}.${encode(subscription.getKey("auth"))}`,
        }),
    });
    if (!answer.ok) {
        throw new Error(`the device was refused: ${answer.status}`);
    }
    localStorage.setItem("reader", "yes");
}

async function allow(key) {
    if ((await Notification.requestPermission()) !== "granted") {
        return false;
    }
    await register(await subscribe(key));
    return true;
}

async function offer() {
    if (!place || !canPush || Notification.permission === "denied") {
        return;
    }
    const { key } = await (await fetch(place.dataset.keyAt)).json();
    if (!key) {
        return; // this server sends no Web Push
    }
    const registration = await navigator.serviceWorker.ready;
    const old = await registration.pushManager.getSubscription();
    if (old && Notification.permission === "granted") {
        await register(await subscribe(key)); // the address may have changed
        return;
    }
    place.hidden = false;
    place.querySelector("button").onclick = async (event) => {
        event.currentTarget.disabled = true;
        try {
            place.hidden = await allow(key);
        } catch (error) {
            place.querySelector(".outcome").textContent = error.message;
        } finally {
            place.querySelector("button").disabled = false;
        }
    };
}

addEventListener("followed", offer);

if (place && document.querySelector(".mine, .form")) {
    offer(); // a page of who follows something
}
