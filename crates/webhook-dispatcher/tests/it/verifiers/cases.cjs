// Answers each line of the standard input by judge(claim, key, headers, signature, body).
const text = (base64) => Buffer.from(base64, "base64").toString("utf8");

module.exports = (judge) => {
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n").slice(0, -1);
  for (const line of lines) {
    const [claim, key, list, signature, body] = line.split("\t");
    const headers = Object.fromEntries(text(list).split("\n").slice(0, -1).map((h) => h.split(/: (.*)/s, 2)));
    console.log(judge(claim, text(key), headers, text(signature), Buffer.from(body, "base64")));
  }
};
