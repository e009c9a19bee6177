# expect: IMP-009
import skillpod

skillpod.json
