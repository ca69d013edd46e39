import Foundation
import PostgresClient
import RSSCore

extension CacheWarmer {
    /// What to warm, and how long it lives.
    package struct Options: Sendable {
        /// What is warmed.
        package var kinds: [CacheKind] = [.summaries]
        /// The forms of the filters of summaries.
        package var shapes = [FilterShape.backend]
        /// How the backend names its keys.
        package var keys = CacheKeys()
        /// How long the keys live; nil for as long as the backend's own of each kind.
        package var lifetime: Duration?
        /// The share of the lifetime by which it is shortened at random, 0 to 0.9, so that keys written together do not
        /// expire together.
        package var jitter = 0.0
        /// Keys that live longer than this are left alone; nil rewrites all.
        package var refreshBelow: RefreshBound?
        /// Whether the summaries that will be asked for after midnight in UTC are warmed too, once they would live that long.
        package var alsoTomorrow = false
        /// The time zone of the backend's processes.
        package var processZone: @Sendable (Double) -> Int = { _ in 0 }
        /// Whether only to say what would be written.
        package var isDryRun = false

        /// The backend's summaries, for as long as it keeps them.
        package init() {}

        /// How long keys of a kind live, without jitter.
        func lifetime(of kind: CacheKind) -> Duration { lifetime ?? kind.lifetime }

        /// The remaining life above which a key of a kind is left alone.
        func bound(of kind: CacheKind) -> Duration? { refreshBelow?.duration(of: lifetime(of: kind)) }
    }

    /// When a key is rewritten before it expires.
    package enum RefreshBound: Sendable, Equatable {
        /// When less than this is left of its life.
        case time(Duration)
        /// When less than this share of its lifetime is left, 0 to 1.
        case share(Double)

        /// Reads `90s` or `30%`; nil for anything else.
        package init?(_ text: String) {
            if text.hasSuffix("%"), let number = Double(text.dropLast()), (0...100).contains(number) {
                self = .share(number / 100)
            } else if let time = DurationText.parse(text) {
                self = .time(time)
            } else {
                return nil
            }
        }

        func duration(of lifetime: Duration) -> Duration {
            switch self {
            case .time(let time): time
            case .share(let share): lifetime * share
            }
        }
    }

    /// The time zone of the backend's processes by its name; nil for one that this machine does not know.
    package static func processZone(_ name: String) -> (@Sendable (Double) -> Int)? { NodeDate.zone(name) }
}

extension CacheWarmer.Options {
    /// The sources of the keys, at a moment.
    ///
    /// - Throws: `FilterShapeError` for a shape that cannot be warmed.
    func sources(
        _ postgres: PostgresConnection, _ tables: ApplicationTables, at now: Date
    ) throws(FilterShapeError) -> [any CacheSource] {
        let today = CalendarDate(now)
        var days = [today]
        let midnight = Double(today.daysSinceEpoch + 1) * 86_400
        // Before that, tomorrow's keys would expire before they are asked for.
        if alsoTomorrow, .seconds(midnight - now.timeIntervalSince1970) < lifetime(of: .summaries) {
            days.append(today.adding(days: 1))
        }
        var sources: [any CacheSource] = []
        for kind in kinds {
            switch kind {
            case .summaries:
                for day in days {
                    for shape in shapes {
                        sources.append(try SummarySource(postgres, tables, keys, shape: shape, today: day))
                    }
                }
            case .permissions: sources.append(PermissionSource(postgres: postgres, tables: tables, keys: keys))
            case .hardware:
                let filter = try (shapes.first ?? .backend).filter(on: today)
                sources.append(
                    HardwareSource(postgres: postgres, tables: tables, keys: keys, zone: processZone, filter: filter))
            case .organizations:
                sources.append(OrganizationSource(postgres: postgres, tables: tables, keys: keys, zone: processZone))
            }
        }
        return sources
    }
}
