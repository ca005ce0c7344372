// The site as an app: the last pages and the saved ones without a connection, and pushes.
"use strict";

const FACTS = {{ facts }};
const SHELL = `shell-${FACTS.version}`;
const PAGES = "pages";
const PICTURES = "pictures";
const SAVED = "saved"; // written by pages, kept until the reader removes it
const MOST = { [PAGES]: 30, [PICTURES]: 150 };

addEventListener("install", (event) => {
    event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FACTS.shell)));
    self.skipWaiting();
});

addEventListener("activate", (event) => {
    const kept = [SHELL, PAGES, PICTURES, SAVED];
    event.waitUntil(
        caches
            .keys()
            .then((names) => names.filter((name) => !kept.includes(name)))
            .then((old) => Promise.all(old.map((name) => caches.delete(name))))
            .then(() => self.clients.claim()),
    );
});

addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate" && FACTS.pages.some((begin) => pathname.startsWith(begin))) {
        event.respondWith(newest(event));
    } else if (pathname.startsWith("/picture/")) {
        event.respondWith(known(event, PICTURES));
    } else if (pathname.startsWith(FACTS.assets)) {
        event.respondWith(known(event, SHELL));
    }
});

// A page as it is now, else as it was, else what can be said without it.
async function newest(event) {
    try {
        const answer = await fetch(event.request);
        if (answer.ok && !answer.redirected) {
            keep(event, PAGES, answer.clone());
        }
        return answer;
    } catch {
        const language = new URL(event.request.url).pathname.split("/")[1];
        return (
            (await caches.match(event.request)) ??
            (await caches.match(`/${language}/offline`)) ??
            (await caches.match(FACTS.shell[0])) ??
            Response.error()
        );
    }
}

// What never changes under its address.
async function known(event, name) {
    const kept = await caches.match(event.request);
    if (kept) {
        return kept;
    }
    const answer = await fetch(event.request);
    if (answer.ok && (name !== SHELL || FACTS.isHashed)) {
        keep(event, name, answer.clone());
    }
    return answer;
}

// The oldest make way.
function keep(event, name, answer) {
    const work = async () => {
        const cache = await caches.open(name);
        await cache.delete(event.request);
        await cache.put(event.request, answer);
        const surplus = (await cache.keys()).slice(0, -(MOST[name] ?? Infinity) || undefined);
        await Promise.all((MOST[name] ? surplus : []).map((request) => cache.delete(request)));
    };
    event.waitUntil(work());
}

addEventListener("push", (event) => {
    event.waitUntil(take(event.data?.json() ?? {}));
});

// A declarative push message, or the word to close what an earlier one showed.
async function take(message) {
    if (message.close) {
        for (const shown of await self.registration.getNotifications({ tag: message.close })) {
            shown.close();
        }
    } else if (message.notification) {
        await show(message.notification);
        await report("received", message.notification.data);
    }
    await count();
}

// The number on the app's icon: what the reader has not looked at.
async function count() {
    const answer = await fetch("/api/v1/alerts/unread").catch(() => null);
    const { unread } = answer?.ok ? await answer.json() : { unread: 0 };
    await navigator.setAppBadge?.(unread).catch(() => {});
}

// What became of an alert; the server adds it up and knows no more of who did what.
async function report(kind, facts) {
    if (facts?.alert) {
        const reaction = { alert: facts.alert, kind, at: new Date().toISOString() };
        await fetch("/api/v1/reactions", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ reactions: [reaction] }),
        }).catch(() => {});
    }
}

async function show(notice) {
    const facts = { ...notice.data, navigate: notice.navigate };
    const words = FACTS.words[pathLanguage(notice.navigate)] ?? FACTS.words.en;
    const actions = [{ action: "open", title: words.open }];
    if (facts.tags?.length) {
        actions.push({ action: "less", title: words.less });
    }
    await self.registration.showNotification(notice.title, {
        body: notice.body,
        lang: notice.lang,
        dir: "auto",
        tag: notice.tag,
        // From us: the publisher is not told who hears of its article.
        image: notice.image && facts.story ? `/picture/of/${facts.story}` : undefined,
        icon: FACTS.icon,
        badge: FACTS.badge,
        data: facts,
        actions,
    });
}

function pathLanguage(address) {
    return new URL(address, self.location.href).pathname.split("/")[1];
}

addEventListener("notificationclick", (event) => {
    const { action, notification } = event;
    const { navigate, tags } = notification.data;
    notification.close();
    event.waitUntil(
        Promise.all([
            action === "less" ? hearLess(tags) : open(navigate),
            report(action === "less" ? "dismissed" : "opened", notification.data),
        ]),
    );
});

addEventListener("notificationclose", (event) => {
    event.waitUntil(report("dismissed", event.notification.data));
});

// Of its tags only the most important stories from now on.
function hearLess(tags) {
    const asked = {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ level: "top" }),
    };
    return followed().then((names) =>
        Promise.all(
            tags
                .filter((name) => names.has(name))
                .map((name) => fetch(`/api/v1/follows/${encodeURIComponent(name)}`, asked)),
        ),
    );
}

async function followed() {
    const answer = await fetch("/api/v1/follows");
    const follows = answer.ok ? await answer.json() : [];
    return new Set((follows.results ?? follows).filter((each) => each.level === "all").map((each) => each.tag.name));
}

async function open(address) {
    const target = new URL(address ?? "/", self.location.href).href;
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = windows.find((each) => each.url === target) ?? windows.find((each) => "navigate" in each);
    if (!there) {
        return self.clients.openWindow(target);
    }
    try {
        const moved = there.url === target ? there : await there.navigate(target);
        return await moved.focus();
    } catch {
        return self.clients.openWindow(target);
    }
}

// The browser gave itself another address: our pages send it when they are next open.
addEventListener("pushsubscriptionchange", (event) => {
    const options = event.oldSubscription?.options;
    if (options) {
        event.waitUntil(self.registration.pushManager.subscribe(options));
    }
});
