// Older news come by themselves as one scrolls; a few times, so that the foot of the page can be
// reached. After that, and without this, the link does the same.

const BY_ITSELF = 4;
let count = 0;

async function load(link) {
    const place = link.closest(".older");
    link.setAttribute("aria-disabled", "true");
    const answer = await fetch(link.href);
    if (!answer.ok) {
        watcher.disconnect();
        link.removeAttribute("aria-disabled");
        return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const cards = [...page.querySelectorAll(".cards > .card")];
    document.querySelector(".cards").append(...cards);
    const next = page.querySelector(".older a[rel=next]");
    if (next) {
        link.search = new URL(next.getAttribute("href"), link.href).search;
        link.removeAttribute("aria-disabled");
    } else {
        watcher.disconnect();
        place.remove();
    }
    return cards[0];
}

const watcher = new IntersectionObserver(
    (seen) => {
        const link = document.querySelector(".older a[rel=next]");
        if (seen.some((each) => each.isIntersecting) && !link.hasAttribute("aria-disabled")) {
            count += 1;
            if (count >= BY_ITSELF) {
                watcher.disconnect();
            }
            load(link);
        }
    },
    { rootMargin: "600px" },
);

const older = document.querySelector(".older");

if (older) {
    watcher.observe(older);
    older.querySelector("a").addEventListener("click", async (event) => {
        event.preventDefault();
        if (!event.currentTarget.hasAttribute("aria-disabled")) {
            const first = await load(event.currentTarget);
            first?.querySelector("h2 a").focus(); // where one goes on reading
        }
    });
}
