import Files
import Manifests
import Records
import Tensors

extension Article {
  var determinism: PaperDocument.Section {
    PaperDocument.Section("Determinism and evidence") {
      Block.paragraph { bits }
      Block.paragraph {
        "The record is what is left of the run: a log of everything that happened, each line chained to those before it by a hash, every sample with prompt, answer and scores under one root \(cite: .merkle), the manifest, and a summary that seals all of it. The record \(recordID) has \(count(record.eventCount, "events", at: "record.json/chain/count")) events and \(count(record.sampleTree.count, "samples", at: "record.json/samples/count")) samples; \(see: .digests) has its digests."
        lockSentence
        "Whoever has the record need not believe its maker: an audit recomputes every score and verdict, has documents answered again by the recorded weights, and executes segments of the trainings again, which neither side can choose."
      }
      Block.paragraph {
        "This paper is made from the record by a program, and the same record gives the same bytes. Values are macros; each definition names the place that the value is from and the SHA-256 of the file. A sentence that holds for some verdicts only is chosen by the verdict."
      }
    }
  }

  @Sentences private var bits: [PaperText] {
    switch (account?.manifest?.engine, account?.manifest?.numerics) {
    case (.native?, .portable?), (.native?, .amx?):
      "The same manifest, inputs and build give the same bits of every batch, loss, gradient norm, weight and sample, whatever the number of threads, the batch size of evaluation and the instruction set, and however often the run is killed and resumed. Every element of a matrix product adds up by fused multiply-adds in a fixed order, parallel work goes over tiles whose size the data decide, exponentials and logarithms are the program’s own, and random numbers are addressed by what they are for. Bit-level reproducibility of training is sought elsewhere by correct rounding \(cite: .repDL)."
    case (.native?, .openblas?):
      "Matrix products are those of OpenBLAS, whose bits depend on its version and on the processor; both are part of the identity of every step."
    case (.axolotl?, _):
      "The arms were trained by an engine that does not promise the same bits. What it read is fixed, and each batch was hashed."
    case (nil, _), (_, nil):
      "How the results were computed is not part of the evidence; that every score follows from its answer is."
    }
    if let index = resultsVerdict {
      let digest = fact(
        String(record.resultsDigest.hex.prefix(16)), "results", "digest",
        at: "record.json/results_sha256")
      switch evidence.check?.judgement.verdicts[index].status {
      case .reproduced?:
        "A digest over every bit of the results (beginning with \(digest)) was documented before, and this run has it: it is a repetition to the bit."
      case .diverged?:
        "A digest over every bit of the results was documented, and this run has another one (beginning with \(digest)): it is no repetition to the bit, and \(code: "replicate diff") of the two records says where they part."
      default: []
      }
    }
    if record.attempt > 1 {
      "It is attempt \(count(record.attempt, "attempt", at: "record.json/attempt")) at the same run."
    }
    if record.sessions.count > 1 {
      "The run was worked on by \(count(record.sessions.count, "sessions", at: "record.json/sessions")) processes, one after the other."
    }
  }

  /// The place of the verdict on all bits, if they are documented.
  private var resultsVerdict: Int? {
    evidence.check?.judgement.verdicts.firstIndex { $0.subject == .results }
  }

  @Sentences private var lockSentence: [PaperText] {
    switch evidence.check?.isLocked {
    case true?:
      "What the run is judged by is part of the record and was locked before the first arm."
    case false?:
      "What the run is judged by here is not what it was locked to."
    case nil: []
    }
  }
}
