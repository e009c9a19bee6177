# expect: TAM-001
import skillpod

skillpod.tool = print
