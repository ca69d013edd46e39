/// The rules by which several sources are combined to one target, whatever kind of server it is.
///
/// - An address is one thing. It counts unless a stronger level has another address or says where in another way.
/// - Settings for single parts are laid over each other one by one. A stronger one takes the place of that part of an
///   address; a weaker one fills in what the address leaves open, but never a part of where it leads.
/// - Two settings of one level that say different things about one part are refused.
/// - What is meant for one server alone, such as a password, is used for the place that it was set with, and no other.
struct TargetResolver {
    /// A setting that holds an address.
    struct AddressKey {
        let key: SettingKey
        /// Whether its parts are stored elsewhere.
        var isOpaque = false
        /// Takes it apart.
        let parts: (String) throws -> [String: String]
    }

    let settings: Settings
    /// The settings that hold an address.
    var addresses: [AddressKey]
    /// The address to take when no setting says where.
    var lastResort: AddressKey?
    /// The address that is used in place of the target, for callers that ask for it.
    var bypass: AddressKey?
    /// The settings that alone say where.
    let places: [(key: SettingKey, name: String)]
    /// Whether only one of ``places`` can be meant.
    let hasOnePlace: Bool
    /// The other parts: port, role, database.
    let others: [(key: SettingKey, name: String)]
    /// Names of parts of an address that say where besides those of ``places``.
    var furtherPlaceNames: Set<String> = []

    private var placeNames: Set<String> { furtherPlaceNames.union(places.map(\.name)) }

    private func setting(_ key: SettingKey, _ limit: SettingLevel) -> TargetPart? {
        settings.given(key, upTo: limit).map { TargetPart(key, $0) }
    }

    /// The parts, as they would be if nothing were set on a level above the limit.
    ///
    /// - Throws: ``SettingsError/contradiction(_:_:)``, and what reading an address throws.
    func resolve(upTo limit: SettingLevel = .flag) throws -> TargetParts {
        var result = TargetParts()
        var given = addresses.compactMap { kind in setting(kind.key, limit).map { (kind: kind, part: $0) } }
        let placeParts = places.compactMap { place in setting(place.key, limit).map { (name: place.name, part: $0) } }
        if given.isEmpty, placeParts.isEmpty, let lastResort, let part = setting(lastResort.key, limit) {
            given = [(lastResort, part)]
        }
        let anchors = given.map(\.part) + placeParts.map(\.part)

        var inForce: [(kind: AddressKey, part: TargetPart)] = []
        for entry in given {
            if let winner = Self.strongest(of: anchors, above: entry.part.level) {
                result.overridden[entry.part.key] = winner
            } else {
                inForce.append(entry)
            }
        }
        if inForce.count > 1 {
            throw SettingsError.contradiction(inForce[0].part.source, inForce[1].part.source)
        }
        let address = try inForce.first.map { try read($0.kind, $0.part) }
        if let address { result.parts = address.parts.mapValues(address.source.part) }

        let top = placeParts.map(\.part).max { $0.level < $1.level }
        let level = placeParts.filter { $0.part.level == top?.level }
        if hasOnePlace, level.count > 1 {
            throw SettingsError.contradiction(level[0].part.source, level[1].part.source)
        }
        for (name, part) in placeParts {
            if let top, top.level > part.level {
                result.overridden[part.key] = top
            } else {
                try result.lay(part, as: name, over: address)
            }
        }
        for (key, name) in others {
            if let part = setting(key, limit) { try result.lay(part, as: name, over: address) }
        }
        try takeBypass(anchors, limit, &result)
        return result
    }

    private static func strongest(of parts: [TargetPart], above level: SettingLevel) -> TargetPart? {
        parts.filter { $0.level > level }.max { $0.level < $1.level }
    }

    private func read(_ kind: AddressKey, _ part: TargetPart) throws -> TargetAddress {
        TargetAddress(
            source: part, parts: try kind.parts(part.value), isOpaque: kind.isOpaque, placeNames: placeNames)
    }

    /// Puts the address that goes past a pooler in the place of the ordinary one, unless a stronger level says where.
    private func takeBypass(_ anchors: [TargetPart], _ limit: SettingLevel, _ result: inout TargetParts) throws {
        guard let bypass, let source = setting(bypass.key, limit) else { return }
        let port = others.first { $0.name == "port" }.flatMap { setting($0.key, limit) }
        if let winner = Self.strongest(of: anchors + [port].compactMap { $0 }, above: source.level) {
            result.overridden[bypass.key] = winner
            return
        }
        let address = try read(bypass, source)
        guard address.parts.keys.contains(where: { placeNames.contains($0) || $0 == "port" }) else { return }
        for name in placeNames.union(["port"]) { result.parts[name] = nil }
        for (name, value) in address.parts where (result.parts[name]?.level ?? .builtIn) <= source.level {
            result.parts[name] = source.part(value)
        }
    }

    /// Chooses among the settings of one thing, and the address that may have it as well.
    ///
    /// - Parameters:
    ///   - name: the part.
    ///   - keys: the settings that give it.
    ///   - binding: the further parts that must be the same where the thing was set and here, besides the place; nil for a thing
    ///     that may go anywhere.
    /// - Throws: ``SettingsError/contradiction(_:_:)``.
    func choose(
        _ name: String, of keys: [SettingKey], binding: [String]?, in result: inout TargetParts
    ) throws {
        let candidates = [result.parts[name]].compactMap { $0 } + keys.compactMap { setting($0, .flag) }
        guard let winner = candidates.max(by: { $0.level < $1.level }) else { return }
        for other in candidates where other.key != winner.key {
            if other.level == winner.level, other.value != winner.value {
                throw SettingsError.contradiction(other.source, winner.source)
            }
            if keys.contains(other.key) { result.overridden[other.key] = winner }
        }
        result.parts[name] = winner
        guard let binding, !belongs(winner, to: result, binding) else { return }
        result.parts[name] = nil
        result.withheld.append(winner)
        let target = result.parts.filter { placeNames.contains($0.key) || $0.key == "port" || binding.contains($0.key) }
        if keys.contains(winner.key), let place = target.values.max(by: { $0.level < $1.level }) {
            result.overridden[winner.key] = place
        }
    }

    /// Whether a setting was made for the place that the target is. One that was made without any place is for all.
    private func belongs(_ setting: TargetPart, to target: TargetParts, _ binding: [String]) -> Bool {
        // An address whose parts are stored elsewhere may have one of its own.
        if furtherPlaceNames.contains(where: { (target.parts[$0]?.level ?? .builtIn) > setting.level }) { return false }
        // Where the sources up to its level contradict each other, the place is not known, so it is not this one.
        guard let home = try? resolve(upTo: setting.level.ofWholeSource) else { return false }
        let names = placeNames.union(["port"])
        let isAnywhere = home.parts.keys.allSatisfy { !names.contains($0) }
        if !isAnywhere, names.contains(where: { self.value($0, home) != self.value($0, target) }) { return false }
        return binding.allSatisfy { home[$0] == nil || home[$0] == target[$0] }
    }

    private func value(_ name: String, _ parts: TargetParts) -> String? {
        if let value = parts[name] { return value }
        // A place without a port has the usual one.
        return name == "port" ? others.first { $0.name == "port" }.flatMap { $0.key.definition.fallback } : nil
    }
}
