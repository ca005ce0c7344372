/** A reader's first day, told to the server by a client that was generated from its schema. */

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [, , baseUrl, fcm] = process.argv;
assert(baseUrl && fcm, "the addresses of the server and of FCM's stand-in are missing");
const client = createClient<paths>({ baseUrl });

const config = await client.GET("/api/v1/config");
assert.deepEqual(config.data?.platforms.map((each) => each.platform), ["ios", "android"]);

// Register. A retry with the same key is the same reader.
const open = () =>
  client.POST("/api/v1/sessions", {
    body: { label: "journey" },
    headers: { "Idempotency-Key": "0b1c9e52-6a0c-4b5e-9d3a-0f6f3a1f7b11" },
  });
const opened = await open();
assert(opened.data);
assert.equal((await open()).data?.reader, opened.data.reader);
client.use({
  onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${opened.data.secret}`),
});

// Search a tag and see how loud it will be; follow it.
const found = await client.GET("/api/v1/tags", { params: { query: { q: "artsakh" } } });
const [tag] = found.data?.results ?? [];
assert(tag);
assert.equal(tag.level, "none");
assert.equal(typeof tag.expected_alerts_per_day, "number");
const followed = await client.PUT("/api/v1/follows/{name}", {
  params: { path: { name: tag.name } },
  body: { level: "all" },
});
assert.equal(followed.data?.level, "all");

// Be told: the app's device has an address of FCM's; news is published; the phone shows it, and so
// does the inbox. The reader, who never sleeps, taps it.
const device = "5f2a8f0e-0d5f-4c56-8f1a-2f1f2c9a7d10";
const address = "address-of-the-journey-0123456789";
const quiet = { zone: "Asia/Yerevan", quiet_start: "00:00", quiet_end: "00:00" };
await client.PUT("/api/v1/preferences", { body: { ...quiet, daily_cap: 0, gap_minutes: 0 } });
const registered = await client.PUT("/api/v1/devices/{id}", {
  params: { path: { id: device } },
  body: { platform: "android", zone: quiet.zone, address_kind: "fcm_token", address },
});
assert.equal(registered.response.status, 201);
const phone = `${fcm}/emulator/phones/${address}`;
const shown = await fetch(`${phone}/next?timeout=60`);
assert.equal(shown.status, 200, "no alert arrived");
const { message } = (await shown.json()) as { message: { data: Record<string, string> } };
const inbox = await client.GET("/api/v1/alerts");
const [alert] = inbox.data?.results ?? [];
assert(alert);
assert.equal(alert.id, message.data["alert"]);
assert.equal(alert.told.standing, "told");
assert.deepEqual(alert.why, [tag.name]);
assert.equal((await client.GET("/api/v1/alerts/unread")).data?.unread, 1);
const now = new Date().toISOString();
const reaction = { alert: alert.id, kind: "opened", at: now } as const;
const reacted = await client.POST("/api/v1/reactions", { body: { reactions: [reaction] } });
assert(reacted.response.ok);
assert.equal((await client.DELETE("/api/v1/alerts/unread")).response.status, 204);
assert.equal((await client.GET("/api/v1/alerts/unread")).data?.unread, 0);

// Read: the feed page by page, then one article.
let cursor: string | undefined;
const ids: string[] = [];
do {
  const { data } = await client.GET("/api/v1/feed", { params: { query: { limit: 7, cursor } } });
  assert(data);
  ids.push(...data.results.map((card) => card.id));
  cursor = data.next ? (new URL(data.next).searchParams.get("cursor") ?? undefined) : undefined;
} while (cursor);
assert.equal(new Set(ids).size, ids.length);
assert.equal(ids.length, 31);
const id = ids[1]; // behind the one that was told
assert(id);
const path = { params: { path: { id } } };
const article = await client.GET("/api/v1/articles/{id}", path);
assert.equal(article.data?.html, "<p>Trains run.</p>");
const etag = article.response.headers.get("ETag");
assert(etag);
const again = await client.GET("/api/v1/articles/{id}", { ...path, headers: { "If-None-Match": etag } });
assert.equal(again.response.status, 304);

// Save it, mark it as read, and find both on another phone.
assert.equal((await client.PUT("/api/v1/saved/{id}", path)).response.status, 204);
assert.equal((await client.POST("/api/v1/read", { body: { articles: [id] } })).response.status, 204);
const changes = await client.GET("/api/v1/sync");
assert.deepEqual(changes.data?.follows.map((each) => each.level), ["all"]);
const [reading] = changes.data?.readings ?? [];
assert(reading?.saved_at && reading.read_at);

// A mistake is a problem that says where.
const wrong = await client.PUT("/api/v1/follows/{name}", {
  params: { path: { name: tag.name } },
  body: { level: "loud" as "all" },
});
assert.equal(wrong.error?.errors?.[0]?.field, "level");

// Leave for good.
assert.equal((await client.DELETE("/api/v1/account")).response.status, 204);
assert.equal((await client.GET("/api/v1/feed")).response.status, 401);
console.log("the journey ended well");
