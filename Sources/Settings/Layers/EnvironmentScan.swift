// The environment variables that begin with `SESSION_GATEWAY_`: each must be a setting.
//
// An empty variable counts as unset, since templates for containers and units often leave variables
// empty. Kubernetes describes each Service whose name begins with `session-gateway` to every pod of
// its namespace, in variables with the same prefix. Those are ignored (`isOfKubernetes`), so no
// setting may have such a name.

struct EnvironmentScan {
  /// The texts given, by variable.
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
      } else if !Self.isOfKubernetes(variable, text) {
        let remedy = Self.remedy(for: variable, among: known)
        let subject = "\(variable.visible) is not a setting (from the environment)"
        mistakes.append(.error("\(subject): \(remedy)"))
      }
    }
  }

  /// The prefix, which all share, does not make names alike.
  private static func remedy(for variable: String, among known: [String]) -> String {
    let prefix = SettingDefinition.variablePrefix
    let nearest = Suggestion.nearest(
      to: String(variable.dropFirst(prefix.count)),
      among: known.map { String($0.dropFirst(prefix.count)) })
    return nearest.map { "did you mean \(prefix)\($0)?" } ?? "unset it"
  }

  /// Whether Kubernetes sets the variable for a Service whose name begins with `session-gateway`,
  /// such as the gateway's own and its siblings' (`session-gateway-metrics`): `..._SERVICE_HOST`,
  /// `..._SERVICE_PORT`, `..._SERVICE_PORT_HTTP`, `..._PORT_8080_TCP_ADDR` and the like, and
  /// `..._PORT`, which is `tcp://10.0.0.1:8080` there. With another value that is someone's
  /// `SESSION_GATEWAY_REDIS_PORT=6380`, which must not go unnoticed.
  static func isOfKubernetes(_ variable: String, _ text: String) -> Bool {
    let rest = variable.dropFirst(SettingDefinition.variablePrefix.count - 1)
    return rest.hasSuffix("_SERVICE_HOST") || rest.contains("_SERVICE_PORT")
      || rest.hasSuffix("_PORT") && text.contains("://")
      || (0...9).contains { rest.contains("_PORT_\($0)") }
  }
}
