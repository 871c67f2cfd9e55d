import Testing

@testable import Settings

@Suite struct TableTests {
  @Test func namesAreUniqueAndMadeOfWordsWithDashes() {
    let names = SettingDefinition.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }, "\(name)")
    }
  }

  @Test func flagAndVariableDeriveFromTheName() throws {
    let setting = try #require(SettingDefinition.named("redis-ca"))
    #expect(setting.flag == "--redis-ca")
    #expect(setting.variable == "SESSION_GATEWAY_REDIS_CA")
  }

  @Test func whatASettingNeedsIsASetting() {
    for setting in SettingDefinition.all {
      for need in setting.needs { #expect(SettingDefinition.named(need) != nil, "\(need)") }
    }
  }

  @Test func aSecretIsAVariableOnlyWithAFileBesideIt() {
    let secrets = SettingDefinition.all.filter { $0.placeholder == "PASSWORD" }
    #expect(!secrets.isEmpty)
    for setting in secrets {
      #expect(setting.isSecret && setting.forms == [.variable])
      #expect(SettingDefinition.named("\(setting.name)-file")?.isSecret == true)
    }
  }

  @Test(arguments: [
    ("listen", "127.0.0.1:8080"), ("redis", "none"), ("redis-topology", "auto"),
    ("redis-tls", "off"), ("redis-read", "primary"), ("tokens-file", "none"),
    ("tls-cert", "plain HTTP"), ("workers", "one per core"), ("idle-timeout", "20m"),
    ("absolute-timeout", "none"), ("memory-limit", "256MiB"), ("max-body", "1MiB"),
    ("deadline", "10s"), ("drain-timeout", "30s"), ("drain-grace", "5s"),
    ("client-buffers", "256MiB"), ("log-level", "info"), ("log-format", "auto"),
    ("access-log", "off"),
  ])
  func defaultsAreThoseOfTheContract(name: String, text: String) {
    #expect(SettingDefinition.named(name)?.defaultText == text)
  }

  @Test func theListNamesEverySettingInLinesThatFit() {
    let lines = SettingsHelp.list.split(separator: "\n")
    for setting in SettingDefinition.all {
      let start = "  \(setting.forms.contains(.flag) ? setting.flag : setting.variable)"
      let hits = lines.filter { $0 == start || $0.hasPrefix(start + " ") }
      #expect(hits.count == 1, "\(setting.name)")
    }
    for line in lines { #expect(line.count <= SettingsHelp.width, "\(line)") }
  }

  @Test func theTableOfTheDocumentationHasARowForEachSetting() {
    let rows = SettingsHelp.markdown.split(separator: "\n").dropFirst(2)
    #expect(rows.count == SettingDefinition.all.count)
    for row in rows { #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 4, "\(row)") }
  }
}
