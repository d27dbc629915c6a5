// Posts a video and a photo to TikTok. Needs CLIENT_KEY, CLIENT_SECRET, VIDEO and PHOTO_URL.
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const { CLIENT_KEY, CLIENT_SECRET, VIDEO, PHOTO_URL } = process.env;
const api = "https://open.tiktokapis.com/v2", redirect_uri = "http://127.0.0.1:7123/callback/";
const verifier = randomBytes(48).toString("base64url");
const asked = await fetch("https://www.tiktok.com/v2/auth/authorize/?" + new URLSearchParams({
  client_key: CLIENT_KEY, response_type: "code", state: "s", redirect_uri,
  scope: "user.info.basic,video.publish", code_challenge_method: "S256",
  code_challenge: createHash("sha256").update(verifier).digest("hex"),
}), { redirect: "manual" });
const code = new URL(asked.headers.get("location")).searchParams.get("code");
const granted = await fetch(`${api}/oauth/token/`, { method: "POST", body: new URLSearchParams({
  client_key: CLIENT_KEY, client_secret: CLIENT_SECRET, grant_type: "authorization_code",
  code, redirect_uri, code_verifier: verifier,
}) }).then((answer) => answer.json());

async function post(path, body) {
  const headers = { Authorization: `Bearer ${granted.access_token}`, "Content-Type": "application/json" };
  const answer = await fetch(`${api}/post/publish/${path}/`, { method: "POST", headers, body: JSON.stringify(body) });
  const { data, error } = await answer.json();
  if (error.code !== "ok") throw new Error(JSON.stringify(error));
  return data;
}
async function finished(publish_id) {
  for (;;) {
    const { status } = await post("status/fetch", { publish_id });
    if (!status.startsWith("PROCESSING")) return status;
    await sleep(200);
  }
}
const video = await readFile(VIDEO), size = video.length, post_info = { privacy_level: "SELF_ONLY" };
const opened = await post("video/init", { post_info, source_info: {
  source: "FILE_UPLOAD", video_size: size, chunk_size: size, total_chunk_count: 1 } });
const sent = await fetch(opened.upload_url, { method: "PUT", body: video, headers: {
  "Content-Type": "video/mp4", "Content-Range": `bytes 0-${size - 1}/${size}` } });
if (sent.status !== 201) throw new Error(`upload: ${sent.status}`);
console.log("video", await finished(opened.publish_id), opened.upload_url);
const photo = await post("content/init", { media_type: "PHOTO", post_mode: "DIRECT_POST", post_info,
  source_info: { source: "PULL_FROM_URL", photo_images: [PHOTO_URL], photo_cover_index: 0 } });
console.log("photo", await finished(photo.publish_id));
