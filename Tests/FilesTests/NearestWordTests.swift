import Testing

@testable import Files

struct NearestWordTests {
  @Test(
    "Misspelled, shortened and foreign keys find what was meant",
    arguments: [
      ("stepz", "max_steps"), ("num_epochs", "epochs"), ("max_grad_norm", "max_gradient_norm"),
      ("sequence_len", "sequence_length_tokens"), ("lr_scheduler", "schedule"),
      ("learning-rate", "learning_rate"),
      ("Seeds", "seeds"), ("leraning_rate", "learning_rate"),
    ])
  func findsNearWords(word: String, meant: String) {
    let candidates = [
      "seeds", "epochs", "max_steps", "learning_rate", "schedule", "warmup_steps",
      "max_gradient_norm", "sequence_length_tokens",
    ]
    #expect(NearestWord.nearest(to: word, among: candidates) == meant)
  }

  @Test("Words that resemble nothing find nothing", arguments: ["zzzz", "", "x", "colour"])
  func findsNothing(word: String) {
    #expect(NearestWord.nearest(to: word, among: ["seeds", "epochs", "learning_rate"]) == nil)
  }
}
