import Foundation
import PostgresClient

/// A value that passed validation, on its way into the staging table.
public enum ImportValue: Sendable, Equatable {
    case null
    case text(String)
    case integer(Int16)
    case inet(InetAddress)
    case macaddr(MACAddress)
    case date(CalendarDate)
    case json(String)
    case id(UUID)
    /// A number or id that the database has yet to be asked for.
    case unresolved(String)

    /// Appends the value as a field of a row; an unresolved one never gets so far.
    func encode(to encoder: inout BinaryCopyEncoder) {
        switch self {
        case .null, .unresolved: encoder.null()
        case .text(let text): encoder.text(text)
        case .integer(let number): encoder.int2(number)
        case .inet(let address): encoder.inet(address)
        case .macaddr(let address): encoder.macaddr(address)
        case .date(let day): encoder.date(day)
        case .json(let text): encoder.jsonb(text)
        case .id(let id): encoder.uuid(id)
        }
    }
}
