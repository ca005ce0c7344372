// Saved articles: whole pages in this browser, to be read without a connection.

const SAVED = "saved";
const KEY = "saved"; // in localStorage: for each address its title and its pictures

function entries() {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
}

function keep(entries) {
    localStorage.setItem(KEY, JSON.stringify(entries));
}

async function save(path, title) {
    const cache = await caches.open(SAVED);
    const pictures = [...document.querySelectorAll(".reading img")]
        .map((image) => new URL(image.currentSrc || image.src).pathname)
        .filter((picture) => picture.startsWith("/picture/"));
    await cache.add(path);
    await Promise.allSettled(pictures.map((picture) => cache.add(picture)));
    keep({ [path]: { title, pictures }, ...entries() });
}

async function forget(path) {
    const cache = await caches.open(SAVED);
    const { [path]: gone, ...others } = entries();
    await Promise.all([path, ...(gone?.pictures ?? [])].map((each) => cache.delete(each)));
    keep(others);
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
    show(button, location.pathname in entries());
    button.addEventListener("click", async () => {
        const isSaved = location.pathname in entries();
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
    for (const [path, { title }] of Object.entries(entries())) {
        add(path, title);
    }
}
