import Files

/// A rung of the ladder: what must not change a bit.
package enum Rung: Int, Sendable, CaseIterable, Comparable {
  case sameProcess = 0
  case newProcess
  case threads
  case batches
  case killAndResume
  case golden
  case instructionSets

  /// As it is typed: "D0".
  package var name: String { "D\(rawValue)" }

  /// What is varied, in a few words.
  package var title: String {
    switch self {
    case .sameProcess: "twice in one process"
    case .newProcess: "a new process"
    case .threads: "numbers of threads"
    case .batches: "evaluation batch sizes, packing and order"
    case .killAndResume: "kill and resume"
    case .golden: "the golden file, of another machine"
    case .instructionSets: "every instruction set of this CPU"
    }
  }

  package static func < (left: Rung, right: Rung) -> Bool { left.rawValue < right.rawValue }

  /// Reads rungs and ranges of them: "D0..D4", "D2", "D0,D3,D6".
  ///
  /// Returns each rung once, lowest first. Throws ``DeterminismError`` `ladder` for anything else.
  package static func ladder(_ text: String) throws(DeterminismError) -> [Rung] {
    var rungs: Set<Rung> = []
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let part = String(decoding: part, as: UTF8.self)
      let ends = part.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      let names = ends.map { String(decoding: $0, as: UTF8.self) }
      switch names.count {
      case 1: rungs.insert(try named(names[0], in: text))
      case 3 where names[1].isEmpty:
        let (first, last) = (try named(names[0], in: text), try named(names[2], in: text))
        guard first <= last else {
          throw DeterminismError(
            .ladder,
            "The ladder '\(text)' goes down from \(first.name) to \(last.name); write \(last.name)..\(first.name)."
          )
        }
        rungs.formUnion(allCases.filter { (first...last).contains($0) })
      default: throw unreadable(part, in: text)
      }
    }
    return rungs.sorted()
  }

  private static func named(_ text: String, in ladder: String) throws(DeterminismError) -> Rung {
    let name = text.utf8.filter { $0 != UInt8(ascii: " ") }
    guard
      let rung = allCases.first(where: {
        $0.name.utf8.elementsEqual(name) || $0.name.lowercased().utf8.elementsEqual(name)
      })
    else { throw unreadable(text, in: ladder) }
    return rung
  }

  private static func unreadable(_ part: String, in ladder: String) -> DeterminismError {
    DeterminismError(
      .ladder,
      "'\(part)' in the ladder '\(ladder)' is no rung; there are D0 to D6, as in D0..D4, or D2, or D0,D3."
    )
  }
}
