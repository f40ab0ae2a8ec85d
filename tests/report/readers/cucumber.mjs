// Read Cucumber Messages from a file, and write the page of Cucumber's HTML formatter.
import { CucumberHtmlStream } from "@cucumber/html-formatter";
import { parseEnvelope } from "@cucumber/messages";
import { readFileSync, createWriteStream } from "node:fs";

const [, , messages, page] = process.argv;
const stream = new CucumberHtmlStream();
stream.pipe(createWriteStream(page));
for (const line of readFileSync(messages, "utf-8").trim().split("\n")) stream.write(parseEnvelope(line));
stream.end();
