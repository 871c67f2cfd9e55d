import FoundationEssentials
import Settings
import Testing

@Suite struct ReadmeTests {
  @Test func itsTableOfSettingsIsTheProgramsOwn() throws {
    let readme = URL(filePath: #filePath).appending(path: "../../../README.md")
    let text = try String(contentsOf: readme.standardized, encoding: .utf8)
    #expect(text.contains("\n\(SettingsHelp.markdown)\n"))
  }
}
