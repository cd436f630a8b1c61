"use strict";
// Recomputes what the evidence in a report says: digests, metrics, and what verdicts follow from.
// A check is {name, ok, detail}; ok is true, false, or null where it cannot be recomputed here.

/** The number behind {"bits", "decimal"}; NaN if the two do not say the same. */
function exact(value) {
  if (value === null || value === undefined) return NaN;
  const number = Number(value.decimal);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  const bits = "0x" + view.getUint32(0).toString(16).padStart(8, "0")
    + view.getUint32(4).toString(16).padStart(8, "0");
  return bits === value.bits ? number : NaN;
}

/** A sum in the order of the values, with the compensation of Neumaier (1974). */
function sum(values) {
  let total = 0, lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  return total + lost;
}

const isClose = (a, b, tolerance = 1e-12) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

function digests(record, add) {
  const name = record.record_id;
  const summary = record.files["record.json"];
  const told = JSON.parse(summary);
  add(`${name}: record.json`, hex(sha256(utf8(summary))) === record.record_sha256,
    `SHA-256 ${record.record_sha256}`);
  add(`${name}: results`, hex(sha256(utf8(canonical(told.results)))) === told.results_sha256,
    `SHA-256 ${told.results_sha256}`);
  let agreeing = 0;
  for (const file of told.files) {
    const text = record.files[file.name];
    if (text === undefined) continue;
    if (hex(sha256(utf8(text))) === file.sha256) agreeing += 1;
    else add(`${name}: ${file.name}`, false, `is not the file with the SHA-256 ${file.sha256}`);
  }
  add(`${name}: files`, agreeing > 0 ? true : null, `${agreeing} of ${told.files.length} are in this page, and are as they were sealed`);
  const log = record.files["events.jsonl"];
  if (log === undefined) {
    add(`${name}: event log`, null, "is too large to be in this page");
  } else {
    const chain = chainHead(name, log);
    add(`${name}: event log`, chain.head === told.chain.head && chain.count === told.chain.count,
      `${chain.count} events, chain head ${told.chain.head}`);
  }
  const samples = told.files.map((file) => file.name)
    .filter((file) => file.startsWith("samples/") && file.endsWith(".jsonl"));
  if (samples.some((file) => record.files[file] === undefined)) {
    add(`${name}: samples`, null, "are too many to be in this page: their tree is not recomputed");
  } else {
    const leaves = samples.flatMap((file) =>
      record.files[file].split("\n").filter((line) => line !== "").map(utf8));
    add(`${name}: samples`, merkleRoot(leaves) === told.samples.root && leaves.length === told.samples.count,
      `${leaves.length} samples, Merkle root ${told.samples.root}`);
  }
  return told;
}

/** The scores of a samples file: a list of {task, key, values, weight}, one for each document and metric. */
function scores(record, file) {
  const text = record.files[file];
  if (text === undefined) return record.scores[file] || [];
  return text.split("\n").filter((line) => line !== "").flatMap((line) => {
    const sample = JSON.parse(line);
    return sample.scores.map((score) => {
      let weight = 1;
      if (sample.passage && ["nats_per_token", "kl_from_base"].includes(score.metric)) weight = sample.tokens;
      if (sample.passage && score.metric === "bits_per_byte") weight = utf8(sample.passage.text).length;
      return {
        task: sample.task, key: `${score.metric},${score.filter}`,
        // Of several answers the mean counts.
        values: sample.responses ? [sum(score.values) / score.values.length] : score.values || [score.value], weight,
      };
    });
  });
}

function metrics(record, told, add) {
  let agreeing = 0, total = 0;
  for (const part of record.samples) {
    const arm = told.results.arms.find((arm) => arm.name === part.arm && arm.seed === part.seed);
    const rows = new Map();
    const groups = Object.entries(part.groups);
    for (const score of scores(record, part.file)) {
      const names = groups.length === 0 ? [part.evaluation]
        : [score.task, ...groups.filter(([, tasks]) => tasks.includes(score.task)).map(([name]) => name)];
      for (const name of names) {
        const key = JSON.stringify([name, score.key]);
        if (!rows.has(key)) rows.set(key, { weighted: [], weights: [] });
        for (const value of score.values) {
          rows.get(key).weighted.push(value * score.weight);
          rows.get(key).weights.push(score.weight);
        }
      }
    }
    for (const metric of arm ? arm.metrics : []) {
      const row = rows.get(JSON.stringify([metric.task, metric.metric]));
      if (!row) continue;
      total += 1;
      const value = sum(row.weighted) / sum(row.weights);
      if (isClose(value, exact(metric.value)) && row.weights.length === metric.n) agreeing += 1;
      else add(`${record.record_id}: ${metric.task} ${metric.metric} of ${arm.name}`, false,
        `the documents give ${value}, the record says ${metric.value.decimal}`);
    }
  }
  add(`${record.record_id}: metrics`, total > 0 ? agreeing === total : null,
    total > 0 ? `${agreeing} of ${total} follow from the documents' scores` : "no scores are in this page");
}

/** The probability of a value above t in Student's distribution (continued fraction of the incomplete beta function). */
function studentUpper(t, df) {
  if (t < 0) return 1 - studentUpper(-t, df);
  const x = df / (df + t * t), a = df / 2, b = 0.5;
  const logGamma = (z) => {
    const c = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155,
      0.1208650973866179e-2, -0.5395239384953e-5];
    const u = z + 5.5 - (z + 0.5) * Math.log(z + 5.5);
    return -u + Math.log(2.5066282746310005 * c.reduce((s, v, i) => s + v / (z + i + 1), 1.000000000190015) / z);
  };
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const fraction = (a, b, x) => {
    let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), f = d;
    for (let m = 1; m < 300; m++) {
      const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / (1 + even * d); c = 1 + even / c; f *= d * c;
      const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / (1 + odd * d); c = 1 + odd / c; f *= d * c;
      if (Math.abs(d * c - 1) < 1e-15) break;
    }
    return f;
  };
  const below = x < (a + 1) / (a + b + 2)
    ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, 1 - x) / b;
  return below / 2;
}

const order = ["REPRODUCED", "CONSISTENT", "INCONCLUSIVE", "UNTESTABLE", "SKIPPED", "DIVERGED", "INVALID", "TAMPERED"];
const worst = (statuses) => statuses.reduce((a, b) => order.indexOf(b) > order.indexOf(a) ? b : a);

/** What is wrong with a finding, as a sentence; null if it follows, undefined if that cannot be said here. */
function fault(finding, arms, id) {
  const observed = exact(finding.observed);
  if (finding.band !== null && finding.band.lower !== null) {
    const metric = finding.metric.includes(",") ? finding.metric : finding.metric + ",none";
    const arm = id.slice(`${finding.task}.${finding.metric}.`.length);
    const own = arms.filter((entry) => entry.name === arm).flatMap((entry) => entry.metrics)
      .filter((entry) => entry.task === finding.task && (entry.metric === finding.metric || entry.metric === metric));
    if (own.length > 0 && finding.band.kind !== "rcp"
      && !isClose(sum(own.map((entry) => exact(entry.value))) / own.length, observed))
      return "the observed value is not the mean of the arm's metrics";
    if (finding.band.counts !== null) return undefined;
    const isInside = observed >= exact(finding.band.lower) - 1e-12 && observed <= exact(finding.band.upper) + 1e-12;
    if (finding.status === "CONSISTENT" && !isInside) return "the value lies outside of the band";
    if (finding.status === "DIVERGED" && isInside) return "the value lies inside of the band";
    return null;
  }
  const test = finding.test;
  if (test === null) return undefined;
  const adjusted = exact(test.p_adjusted);
  if (!(exact(test.p) <= adjusted)) return "the corrected p is below the plain one";
  if (["CONSISTENT", "DIVERGED"].includes(finding.status) && !(adjusted < 0.05))
    return "it is decided although the corrected p is not below 0.05";
  if (finding.status === "INCONCLUSIVE" && test.df === null) return undefined;
  if (test.statistic === null || test.df === null) return undefined;
  const tail = studentUpper(Math.abs(exact(test.statistic)), test.df);
  const p = /one-sided/.test(test.name) ? [tail, 2 * tail] : [2 * tail];
  // The larger p of items and seeds counts: it may be that of the other error.
  if (p.some((value) => isClose(value, exact(test.p), 1e-7))) return null;
  return exact(test.p) > Math.min(...p) ? undefined : "p does not follow from statistic and degrees of freedom";
}

function verdicts(evidence, told, add) {
  const judgement = evidence.judgement;
  if (judgement === null) return;
  const arms = told.flatMap((record) => record.results.arms);
  let follow = 0, open = 0;
  for (const verdict of judgement.verdicts) {
    if (verdict.status !== worst(verdict.findings.map((finding) => finding.status)))
      add(`verdict ${verdict.id}`, false, "is not the worst of its rows");
    for (const finding of verdict.findings) {
      const problem = fault(finding, arms, verdict.id);
      if (problem === null) follow += 1;
      else if (problem === undefined) open += 1;
      else add(`verdict ${verdict.id}`, false, problem);
    }
  }
  if (follow > 0) add("verdicts", true, `${follow} follow from their numbers`);
  if (open > 0) add("verdicts", null, `of ${open} the rule is not recomputed here; replicate check does that`);
  if (judgement.tampering.length > 0) return;
  const required = judgement.verdicts.filter((verdict) => verdict.required);
  if (required.length > 0)
    add("verdict of the run", judgement.status === worst(required.map((verdict) => verdict.status)) || judgement.status === "INVALID",
      `${judgement.status}, the worst of ${required.length} required ones`);
}

/** All checks of a report's evidence. */
function recomputed(evidence) {
  const checks = [];
  const add = (name, ok, detail) => checks.push({ name, ok, detail });
  const told = evidence.records.map((record) => {
    const told = digests(record, add);
    metrics(record, told, add);
    return told;
  });
  verdicts(evidence, told, add);
  return checks;
}

/** The value at a place in the evidence, as in "judgement/verdicts/0/findings/0/observed". */
function valueAt(evidence, pointer, parsed) {
  let value = evidence;
  for (const key of pointer.split("/")) {
    if (key === "record.json") value = parsed(value.files);
    else value = value === null || value === undefined ? undefined : value[key];
  }
  return exact(value);
}
