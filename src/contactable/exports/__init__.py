"""What leaves the register on request: for the person, for a complaint, for a regulator, for a new sender.

Each export is data (JSON) and a sheet that reads and prints well (HTML). Each is audited: an entry of kind ``receipt``.
"""
