# expect: REF-007
import enum

Ways = enum.Enum._convert_("Ways", "os", lambda name: name == "system")
Ways.system.value("id")
