// A library of Node's sends to the sink: push_node.js LIBRARY PORT COUNT FOLDER. Prints its rate.
const fs = require("node:fs");
const http2 = require("node:http2");
const tls = require("node:tls");
const [library, port, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const TOKEN = "ya29." + "t".repeat(200);
const CHUNK = 500;

// FCM's name leads to the sink, and `:scheme` is spelt as RFC 9113 wants it: nginx refuses "https:".
const connect = http2.connect;
http2.connect = (authority, options, listener) => {
  const createConnection = () =>
    tls.connect({ host: "127.0.0.1", port, servername: "fcm.googleapis.com", ALPNProtocols: ["h2"] });
  const session = connect("https://fcm.googleapis.com", { ...options, createConnection }, listener);
  const request = session.request.bind(session);
  session.request = (headers, more) => request({ ...headers, ":scheme": "https" }, more);
  return session;
};

const tokens = Array.from({ length: count }, (_, number) => String(number).padStart(160, "0"));
const message = {
  notification: { title: "The bridge over the Hrazdan opens a week early", body: "x".repeat(90) },
  data: { alert: "a".repeat(36), story: "s".repeat(36), kind: "initial", link: "https://news.example/a" },
  android: { priority: "high", notification: { tag: "t".repeat(32) } },
  apns: { headers: { "apns-collapse-id": "t".repeat(32) }, payload: { aps: { "mutable-content": 1 } } },
};

async function sendWithFirebaseAdmin() {
  const admin = require("firebase-admin");
  const credential = { getAccessToken: async () => ({ access_token: TOKEN, expires_in: 3600 }) };
  const messaging = admin.initializeApp({ credential, projectId: "p" }).messaging();
  let accepted = 0;
  for (let at = 0; at < count; at += CHUNK) {
    const chunk = { ...message, tokens: tokens.slice(at, at + CHUNK) };
    accepted += (await messaging.sendEachForMulticast(chunk)).successCount;
  }
  return accepted;
}

async function sendWithFcmV1() {
    require("googleapis").google.auth.JWT.prototype.authorize = (told) => told(null, { access_token: TOKEN });
  const FcmClient = require("fcm-v1-http2");
  const { generateKeyPairSync } = require("node:crypto");
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const serviceAccount = {
    project_id: "p",
    client_email: "a@b.example",
    private_key: pair.privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  const client = new FcmClient({ serviceAccount, maxConcurrentConnections: 4, maxConcurrentStreamsAllowed: 100 });
  const unregistered = await client.sendMulticast(message, tokens);
  return count - unregistered.length;
}

(async () => {
  const begun = process.hrtime.bigint();
  const accepted = await (library === "firebase-admin" ? sendWithFirebaseAdmin() : sendWithFcmV1());
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  if (accepted !== count) throw new Error(`${accepted} of ${count} accepted`);
  console.log(count / seconds);
  process.exit(0);
})();
