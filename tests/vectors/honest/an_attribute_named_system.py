# expect: none
class Planet:
    system = "solar"


def where(planet):
    return planet.system.upper()
