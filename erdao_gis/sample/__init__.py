"""A fictional town whose figures are known, for tests, notebooks and learners.

It is 2,400 m by 2,000 m, its south-west corner at E 470000, N 4832000 (EPSG:4551), 13 km south
of the district; one letter stands for a hectare, north is up::

        x 0   400 800 1200  1600      2400
    2000  NNNNNNFFNNNNFFFG~NNNNNNN    N fields, F woodland
          NNNNNNFFNNNNFFFG~NNNNNNN
    1800  ======================== railway; Yi and Riverside Street cross it on bridges
          ggggMMMMMMMMWWWG~gNNNNNN    M works, W warehouses, g protective green
          MMMMMMMMMMMMWWWG~gNNNNNN
    1600  RRRRRRRRRRRRBBRG~gRRNNNN    R housing, B shops, G parks
          RGGRRJJRRRRRRRRG~gRRNVVN    J a park laid out between the scenes, V village A
          RGGKRRRRREERRRRG~gRRNVVN    K kindergarten, E school
          RRRRRRRRREERBRRG~gRRNNNN
    1200  RRRRRRRROORRBBRG~gRRMMMM    O offices
          RRqRRcRRCPRRBBRG~gRKMMMM    q housing with a pocket park, c clinic, C culture, P square
          RRRRRRRRCPHHBBRG~BRRMMMM    H hospital
          BBBBOBBBBBHHBBBG~BBBMMMM
     800  BBBBBBBBBBBBBBBG~gBBWWYY    Y bare soil; Yangli Avenue, 40 m wide, and metro line 1
          RRRRRRRRRRRRRRRG~gXXWWYY    X reserved land
          RRRRRARRRRSSRqRG~gXXNNNN    A care home, S sports
          RRRRRRRRRRSSRRRG~gXXNNNN
     400  RRRREERRRRRRRRRG~gNNNNNN
          RGRREERRRRRRKRRG~gNNNvvN    v village B
          RRRKRRqRRRRRTRRG~gNNNvvN    T buses
       0  RRRRRRRRRRRRURRG~gNNNNNN    U drainage; ~ the river, G beside it the riverside park

A number stands at the line whose upper edge it is. Streets run on grid lines at x 400, 800, 1200,
1500 (Riverside), 1800, 2000 and y 400, 800, 1200, 1600, with lanes between; they are 20 m wide,
the avenue 40 m, and take half of that off the cells on either side. Bridges lead over the river at
y 800 and 1200, and a viaduct (x 1000, y 600 to 1000) over the avenue without touching it. Dead End
Lane (x 600) ends at y 1400; Island Track (x 1900, y 100 to 300) meets nothing.

Each R cell has two slabs of 60 m by 10 m and a lawn of 60 m by 40 m from wall to wall; storeys are
drawn with a fixed seed, 15 residents a storey. Two scenes show each 10 m cell green or not by the
rule of its letter, with clouds, a shadow and missing blocks at known places. ``truths.csv`` lists
what is known and how it follows.
"""

from erdao_gis.sample.town_files import TITLE, write_sample
from erdao_gis.sample.truths import Truth, truths

__all__ = ["TITLE", "Truth", "truths", "write_sample"]
