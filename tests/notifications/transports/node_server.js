// Node's HTTP/2 server with TLS: as its mode says. Prints its port.
const http2 = require("node:http2");
const fs = require("node:fs");
const [certificate, mode] = process.argv.slice(2);
const pem = fs.readFileSync(certificate);
const server = http2.createSecureServer({ cert: pem, key: pem, settings: { maxConcurrentStreams: 100 } });
let count = 0;

server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream) => {
  stream.on("error", () => {});
  stream.on("data", () => {});
  stream.on("end", () => {
    count += 1;
    const { session } = stream;
    if (mode === "reset" && count % 10 === 0) {
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    if (mode === "settings" && count % 200 === 0) {
      const most = [10, 250, 100][(count / 200) % 3];
      session.settings({ maxConcurrentStreams: most, initialWindowSize: 0 });
      setTimeout(() => session.destroyed || session.settings({ initialWindowSize: 70000 }), 20);
    }
    if (mode === "padding") stream.additionalHeaders({ ":status": 103, link: "</a>" });
    stream.respond({ ":status": count % 7 ? 200 : 404, "x-count": String(count) }, { waitForTrailers: mode === "padding" });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "yes" }));
    stream.end('{"name": "projects/p/messages/1"}');
    if (mode === "goaway" && count % 1000 === 0) session.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
