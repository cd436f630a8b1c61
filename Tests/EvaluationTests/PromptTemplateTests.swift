import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct PromptTemplateTests {
  private let row = TaskRow(["a": .text(" x "), "b": .texts(["p", "q"]), "n": .integer(3)])

  @Test("Columns, stripped columns and elements stand where the template names them")
  func pieces() throws {
    let template = PromptTemplate("<{{a}}|{{a.strip()}}|{{b[1]}}>\n")
    #expect(try template.question(of: row) == "< x |x|q>\n")
    #expect(try PromptTemplate("{{b|join(\"\n\")}}!").question(of: row) == "p\nq!")
    #expect(try PromptTemplate("a", columns: ["a"]).question(of: row) == " x ")
    #expect(try PromptTemplate("a", columns: ["b"]).question(of: row) == "a")
    #expect(try PromptTemplate("").question(of: row).isEmpty)
    #expect(try PromptTemplate("{{ }").question(of: row) == "{{ }")
  }

  @Test(
    "A column that is missing, of another kind or too short is named",
    arguments: [
      "{{c}}", "{{b}}", "{{n}}", "{{a[0]}}", "{{b[2]}}", "{{c.strip()}}", "{{a|join(\"\")}}",
    ])
  func problems(template: String) throws {
    let error = try #require(throws: EvaluationError.self) {
      try PromptTemplate(template).question(of: row)
    }
    #expect(error.code == .invalidDocument)
    #expect(error.message.contains("The column \"\(template.dropFirst(2).prefix(1))\""))
  }
}
