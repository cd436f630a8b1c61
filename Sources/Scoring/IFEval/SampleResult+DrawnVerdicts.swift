extension Instruction {
  /// Whether the harness draws what it checks at random, another time otherwise, so that either verdict is right.
  var isDrawn: Bool {
    if case .letterFrequency(let letter, _) = rule {
      return KeywordRules.lowercaseLetter(letter) == nil
    }
    return false
  }
}

extension SampleResult {
  /// The same sample with the recorded verdicts of instructions whose letter the harness draws at random.
  ///
  /// All other verdicts stay, and those of whole prompts follow from the verdicts of their instructions. Nothing changes
  /// where no letter is drawn (all prompts of IFEval but 19 and 22), or the recorded verdicts are not one an instruction.
  package func takingDrawnVerdicts(of recorded: [Score]) -> SampleResult {
    guard scores.contains(where: \.metric.isPerInstruction),
      let instructions = try? Instruction.instructions(row: target.utf8),
      instructions.contains(where: \.isDrawn)
    else { return self }
    func verdicts(_ metric: Metric) -> [Double] {
      let own = scores.first { $0.metric == metric }?.values ?? []
      guard let theirs = recorded.first(where: { $0.metric == metric })?.values,
        theirs.count == own.count, own.count == instructions.count
      else { return own }
      return own.indices.map { index in
        instructions[index].isDrawn && [0, 1].contains(theirs[index]) ? theirs[index] : own[index]
      }
    }
    let adopted = scores.map { score -> Score in
      let values =
        switch score.metric {
        case .instructionStrictAccuracy, .instructionLooseAccuracy: verdicts(score.metric)
        case .promptStrictAccuracy:
          [verdicts(.instructionStrictAccuracy).allSatisfy { $0 == 1 } ? 1.0 : 0]
        case .promptLooseAccuracy:
          [verdicts(.instructionLooseAccuracy).allSatisfy { $0 == 1 } ? 1.0 : 0]
        default: score.values
        }
      return Score(metric: score.metric, filter: score.filter, values: values)
    }
    return SampleResult(
      task: task, documentIndex: documentIndex, prompt: prompt, target: target, source: source,
      response: response, truncatedTokens: truncatedTokens, answers: answers, scores: adopted)
  }
}
