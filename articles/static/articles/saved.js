// Saved articles: whole pages in this browser, to be read without a connection.

const SAVED = "saved";
const KEY = "saved-titles"; // addresses and titles, for the list

function titles() {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
}

async function save(path, title) {
    const cache = await caches.open(SAVED);
    const pictures = [...document.querySelectorAll(".reading img")].map((image) => image.currentSrc);
    await cache.add(path);
    await Promise.allSettled(pictures.filter(Boolean).map((picture) => cache.add(picture)));
    localStorage.setItem(KEY, JSON.stringify({ [path]: title, ...titles() }));
}

async function forget(path) {
    const cache = await caches.open(SAVED);
    await cache.delete(path);
    const { [path]: _, ...others } = titles();
    localStorage.setItem(KEY, JSON.stringify(others));
}

function show(button, isSaved) {
    if ((button.getAttribute("aria-pressed") === "true") !== isSaved) {
        const other = button.dataset.other;
        button.dataset.other = button.textContent.trim();
        button.textContent = other;
    }
    button.setAttribute("aria-pressed", isSaved);
}

const button = document.querySelector(".save");

if (button && "caches" in window) {
    button.hidden = false;
    show(button, location.pathname in titles());
    button.addEventListener("click", async () => {
        const isSaved = location.pathname in titles();
        await (isSaved ? forget(location.pathname) : save(location.pathname, button.dataset.title));
        show(button, !isSaved);
    });
}

const list = document.querySelector("ul.saved");

function add(path, title) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const remove = document.createElement("button");
    link.href = path;
    link.dir = "auto";
    link.textContent = title;
    remove.className = "button quiet small";
    remove.textContent = list.dataset.remove;
    remove.addEventListener("click", async () => {
        await forget(path);
        item.remove();
    });
    item.append(link, remove);
    list.append(item);
}

if (list) {
    for (const [path, title] of Object.entries(titles())) {
        add(path, title);
    }
}
