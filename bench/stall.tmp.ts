import { startProcess } from "../test/services/index.ts";
import { createScraper } from "./scrape/timed-scrape.ts";
using scraper = createScraper();
for (const name of process.argv.slice(2)) {
  await using server = await startProcess({command: process.execPath, args: ["/work/main/bench/exposition/busy-server.ts", name, "10000"], readyWhen: /^port \d+$/m});
  const url = `http://127.0.0.1:${/^port (\d+)$/m.exec(server.output())?.[1]}`;
  const stall = async () => (await (await fetch(`${url}/stall`)).json()) as number;
  const d:number[]=[],w:number[]=[],t:number[]=[];
  for (let r=-3;r<15;r++){await stall();const took=await scraper.scrape(`${url}/metrics`);const l=await stall();await new Promise(x=>setTimeout(x,took));const i=await stall();if(r<0)continue;d.push(l);w.push(i);t.push(took)}
  console.log(name,'during',d.map(x=>x.toFixed(1)).join(' '),'\n without',w.map(x=>x.toFixed(1)).join(' '),'\n took',t.map(x=>x.toFixed(0)).join(' '));
}
