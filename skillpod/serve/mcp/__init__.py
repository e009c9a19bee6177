"""The MCP door: one low-level server of the SDK for both protocol eras, over any pod. It is slow to import, so it is loaded late."""
