/// IFEval: whether responses follow instructions that a program can check.
package enum IFEval {
  /// Whether a response follows each of its prompt's instructions, in the strict and in the loose reading.
  ///
  /// The strict reading takes the response as it stands. The loose one is content when any of eight texts follows the
  /// instruction: the response without its first line, without its last, without both, each with and without its
  /// asterisks. Source: `lm_eval/tasks/ifeval/utils.py` of lm-evaluation-harness 0.4.13.
  ///
  /// - Parameters:
  ///   - response: What the model wrote, cut at stop strings but not stripped.
  ///   - instructions: What the prompt asks for.
  ///   - tools: Sentences, words and languages.
  /// - Returns: One verdict an instruction; where the strict one is true, so is the loose one.
  package static func verdicts(
    of response: String, instructions: [Instruction], tools: LanguageTools
  ) -> (strict: [Bool], loose: [Bool]) {
    let text = ResponseText(response)
    let strict = instructions.map { !text.isBlank && $0.isFollowed(by: text, tools: tools) }
    if !strict.contains(false) { return (strict, strict) }
    let variants = text.looseVariants.filter { !$0.isBlank }
    let loose = zip(instructions, strict).map { instruction, isFollowed in
      isFollowed || variants.contains { instruction.isFollowed(by: $0, tools: tools) }
    }
    return (strict, loose)
  }
}
