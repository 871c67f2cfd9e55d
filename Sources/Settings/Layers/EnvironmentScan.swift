/// The environment's variables that begin with `SESSION_GATEWAY_`: all of them must be settings.
///
/// An empty variable counts as not set, as templates of containers and units leave them. Kubernetes
/// describes a Service named `session-gateway` to every pod of its namespace in variables with the
/// same beginning; those are let pass (`isOfKubernetes`), so no setting may take such a name.

struct EnvironmentScan {
  /// What the settings were given: variable and text.
  private(set) var texts: [String: String] = [:]
  /// What is wrong with the variables.
  private(set) var mistakes: [SettingMistake] = []

  /// Looks at all of `environment`.
  init(_ environment: [String: String]) {
    let known = SettingDefinition.all.map(\.variable)
    let ours = environment.filter { $0.key.hasPrefix(SettingDefinition.variablePrefix) }
    for (variable, text) in ours.sorted(by: { $0.key < $1.key }) {
      if known.contains(variable) {
        texts[variable] = text.isEmpty ? nil : text
      } else if !Self.isOfKubernetes(variable) {
        let remedy = Suggestion.remedy(for: variable, among: known, otherwise: "unset it")
        let subject = "\(variable.visible) is not a setting (from the environment)"
        mistakes.append(.error("\(subject): \(remedy)"))
      }
    }
  }

  /// Whether Kubernetes sets the variable for a Service named `session-gateway`:
  /// `..._SERVICE_HOST`, `..._SERVICE_PORT`, `..._SERVICE_PORT_HTTP`, `..._PORT`,
  /// `..._PORT_8080_TCP` and its like.
  static func isOfKubernetes(_ variable: String) -> Bool {
    let rest = variable.dropFirst(SettingDefinition.variablePrefix.count)
    return rest.hasPrefix("SERVICE_") || rest == "PORT" || rest.hasPrefix("PORT_")
  }
}
