/// One part of a target, with the setting that it comes from.
struct TargetPart: Sendable, Equatable {
    let value: String
    let key: SettingKey
    let origin: String
    let level: SettingLevel

    init(_ key: SettingKey, _ setting: Settings.Resolved) {
        value = setting.value
        self.key = key
        origin = setting.origin
        level = setting.level
    }

    /// The same source with another value: a part of an address.
    func part(_ value: String) -> TargetPart {
        TargetPart(key, Settings.Resolved(value: value, origin: origin, level: level))
    }

    /// `database.host (environment DB_HOST)`; never the value.
    var source: String { "\(key.rawValue) (\(origin))" }
}

/// The parts of a target once the sources have been laid over each other.
struct TargetParts: Sendable, Equatable {
    /// The parts by their names: `host`, `port`, `user`.
    var parts: [String: TargetPart] = [:]
    /// Settings that are set and do not count, each with what takes its place.
    var overridden: [SettingKey: TargetPart] = [:]
    /// Settings that belong to another place than this one, and are therefore not used.
    var withheld: [TargetPart] = []

    /// The value of a part.
    subscript(_ name: String) -> String? { parts[name]?.value }
}

extension TargetParts {
    /// Lays a plain setting over the parts of an address. Stronger, it takes the place of a part; weaker, it fills in what the
    /// address leaves open; on the same level it must not contradict the address.
    ///
    /// - Throws: ``SettingsError/contradiction(_:_:)``.
    mutating func lay(_ setting: TargetPart, as name: String, over address: TargetAddress?) throws {
        if let address, address.isOpaque || address.covers(name) || address.parts[name] != nil {
            if address.source.level > setting.level {
                overridden[setting.key] = address.source
                return
            }
            if address.source.level == setting.level {
                let stated = address.parts[name]
                if stated == setting.value { return }
                if stated != nil || address.isOpaque || address.placeNames.contains(name) {
                    throw SettingsError.contradiction(address.source.source, setting.source)
                }
            }
        }
        parts[name] = setting
    }
}

/// A setting that gives several parts at once.
struct TargetAddress {
    let source: TargetPart
    let parts: [String: String]
    /// Whether its parts are stored elsewhere, and so not known here: a service.
    let isOpaque: Bool
    /// The parts that alone say where.
    let placeNames: Set<String>

    /// Whether the part is a matter of where, and the address says where.
    func covers(_ name: String) -> Bool {
        (placeNames.contains(name) || name == "port") && parts.keys.contains(where: placeNames.contains)
    }
}
