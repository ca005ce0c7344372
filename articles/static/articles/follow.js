// Follow and unfollow without leaving the page. Without this, the forms lead to "My tags".

const forms = [...document.querySelectorAll(".follow form")];
const KNOWN = "reader"; // that this browser has a session; the session itself no script may see

function show(form, isFollowed) {
    const button = form.querySelector("button");
    if ((button.getAttribute("aria-pressed") === "true") !== isFollowed) {
        const other = button.dataset.other;
        button.dataset.other = button.textContent.trim();
        button.textContent = other;
    }
    button.setAttribute("aria-pressed", isFollowed);
}

function announce() {
    dispatchEvent(new CustomEvent("followed"));
}

async function toggle(form) {
    const button = form.querySelector("button");
    const isFollowed = button.getAttribute("aria-pressed") === "true";
    button.disabled = true;
    try {
        const answer = await fetch(isFollowed ? form.dataset.other : form.action, {
            method: "POST",
            body: new URLSearchParams(new FormData(form)),
            redirect: "manual", // where a form would lead to; here it is enough that it was done
        });
        if (answer.ok || answer.type === "opaqueredirect") {
            localStorage.setItem(KNOWN, "yes");
            show(form, !isFollowed);
            if (!isFollowed) {
                announce();
            }
        } else {
            form.submit();
        }
    } catch {
        form.submit();
    } finally {
        button.disabled = false;
    }
}

for (const form of forms) {
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        toggle(form);
    });
}

if (forms.length && localStorage.getItem(KNOWN)) {
    const answer = await fetch("/api/v1/follows");
    if (answer.ok) {
        const follows = await answer.json();
        const names = new Set(
            (follows.results ?? follows).filter((each) => each.level !== "mute").map((each) => each.tag.name),
        );
        for (const form of forms) {
            show(form, names.has(form.dataset.tag));
        }
        if (forms.some((form) => names.has(form.dataset.tag))) {
            announce();
        }
    }
}
