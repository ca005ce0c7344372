// What every page does with a browser's help. Without it, everything can still be read.

navigator.serviceWorker?.register("/sw.js").catch(() => {});

// An app that is opened has been seen: the number on its icon goes.
navigator.clearAppBadge?.().catch(() => {});

let offer = null;

addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    for (const place of document.querySelectorAll(".install")) {
        place.hidden = false;
    }
});

addEventListener("click", async (event) => {
    if (offer && event.target.closest(".install button")) {
        await offer.prompt();
        event.target.closest(".install").hidden = true;
        offer = null;
    }
    if (event.target.closest(".share")) {
        const { title } = event.target.closest(".share").dataset;
        navigator.share({ title, url: location.href }).catch(() => {});
    }
});

for (const button of document.querySelectorAll(".share")) {
    button.hidden = !navigator.share;
}

// A menu closes when one goes on elsewhere.
const menu = document.querySelector(".languages");

addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
        menu.open = false;
    }
});

addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
    }
});
